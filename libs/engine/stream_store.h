// The port to the local store from which streams are loaded: records by case and by position, the answers to request ids, and
// checkpoints. A projection of the log like any other: it can be deleted and is then rebuilt from the log. State is never stored.
#ifndef SIP_LIBS_ENGINE_STREAM_STORE_H_
#define SIP_LIBS_ENGINE_STREAM_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

// What a record is stored and loaded under: the case, or in a shared log each stream's own id.
std::vector<Uuid> ScopesOf(const log::v1::CommandHeader& header);

// Identifies a client's command: acting agency, case and request id, as 16 bytes of their digest. Empty for imports.
std::string RequestKeyOf(const log::v1::CommandHeader& header);
std::string RequestKey(absl::string_view agency, const Uuid& case_id, const Uuid& request_id);

// Where a record lies.
struct RecordPlace {
  uint32_t partition = 0;
  uint64_t idx = 0;
  Uuid scope;               // One of ScopesOf.
  std::string leaf_prefix;  // First 8 bytes of the leaf.
};

// How far another log has been imported.
struct ImportedTo {
  uint64_t idx = 0;
  std::string leaf;
};

// One batch: all of it becomes visible at once, or nothing.
struct StreamStoreBatch {
  std::vector<ValidRecordPtr> records;  // Ascending idx within each partition.
  std::vector<TailBatch::Progress> checkpoints;
  // Positions in foreign logs from which the importer of a partition may start reading again.
  struct ForeignCheckpoint {
    uint32_t partition = 0;
    std::string foreign_log_id;
    ReaderCheckpoint checkpoint;
  };
  std::vector<ForeignCheckpoint> foreign_checkpoints;
  // Request ids that are remembered no more: FindRequest does not find them. `records` come first.
  struct ForgottenRequests {
    uint32_t partition = 0;
    std::vector<std::string> request_keys;
    uint64_t remembered_from = 0;  // Those of all records before this idx have been looked at.
  };
  std::vector<ForgottenRequests> forgotten_requests;
};

// The store of one log. Thread-safe; each partition is written by its owner alone. Errors: DATA_LOSS for what cannot be decoded,
// INTERNAL or UNAVAILABLE for the disk.
class StreamStore {
 public:
  virtual ~StreamStore() = default;

  virtual absl::Status Apply(const StreamStoreBatch& batch) = 0;
  // What was applied so far is on disk: a process that is killed from now on need not apply it again.
  virtual absl::Status Flush() = 0;

  // The default checkpoint if there is none.
  virtual absl::StatusOr<ReaderCheckpoint> LoadCheckpoint(uint32_t partition) const = 0;
  virtual absl::StatusOr<ReaderCheckpoint> LoadForeignCheckpoint(uint32_t partition, absl::string_view foreign_log_id) const = 0;
  // Absent if nothing was imported.
  virtual absl::StatusOr<std::optional<ImportedTo>> LoadImportedTo(uint32_t partition, absl::string_view foreign_log_id) const = 0;

  // Hands over the records of one case (or shared stream) in idx order. Stops at the first error of `visit` and returns it.
  virtual absl::Status ReadScope(uint32_t partition, const Uuid& scope,
                                 const std::function<absl::Status(ValidRecord)>& visit) const = 0;
  // NOT_FOUND if there is no such record.
  virtual absl::StatusOr<ValidRecord> ReadRecord(const RecordPlace& place) const = 0;
  // Absent if the partition has no record there (yet).
  virtual absl::StatusOr<std::optional<RecordPlace>> FindPosition(uint32_t partition, uint64_t idx) const = 0;
  // The command that answered a request id; absent if there is none, or it is remembered no more.
  virtual absl::StatusOr<std::optional<RecordPlace>> FindRequest(absl::string_view request_key) const = 0;
  // What ForgottenRequests said last; 0 if it never did.
  virtual absl::StatusOr<uint64_t> LoadRememberedFrom(uint32_t partition) const = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_STREAM_STORE_H_
