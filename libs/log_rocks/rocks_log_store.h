// The embedded event log: all logs of a process in one RocksDB folder, written by one committer. docs/log-format.md describes what
// lies in the folder and what it promises.
//
//   auto store = RocksLogStore::Open({.path = "data/log", .logs = {{"sip.plans", 16}, {"sip.rules", 1}}});
//   EventLog* plans = (*store)->log("sip.plans");
//
// Whatever waits when a commit ends goes into the next one together: one chunk, one write, one sync, over all logs and partitions.
// When an append fails, nobody knows whether it is on the disk: everything in flight is reported kUnknown, every later append
// refused, and the process must end and open the folder again.
#ifndef SIP_LIBS_LOG_ROCKS_ROCKS_LOG_STORE_H_
#define SIP_LIBS_LOG_ROCKS_ROCKS_LOG_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

class RocksResources;

struct RocksLogOptions {
  struct Log {
    std::string name{};
    uint32_t partition_count = 1;
  };

  // The folder; on a local disk.
  std::string path{};
  RocksResources* resources = nullptr;  // Null: small ones of its own.
  // Logs that must be there. An empty folder is given all of them; one that lacks some is given those. Their number of partitions
  // never changes.
  std::vector<Log> logs{};
  // 16 bytes. Empty: as found, or new for an empty folder.
  std::string installation_id{};
  bool create_if_missing = true;
  // For tools: looks at the folder, also while a server has it open, and sees what lay there at that moment. No claims.
  bool read_only = false;

  // Where to keep the anchors, on another volume than `path`; empty: nowhere. Written when the folder is opened, when so many
  // commits or so much time has passed since the last time and something was committed, and on Close: a tail that was lost within
  // that window is not noticed.
  std::string anchor_path{};
  uint64_t anchor_every = 10'000;
  absl::Duration anchor_interval = absl::Minutes(1);

  // Appends are refused with RESOURCE_EXHAUSTED when fewer bytes are free on the volume. Claims are not.
  uint64_t disk_reserve_bytes = 0;
  absl::Duration disk_check_interval = absl::Milliseconds(100);  // How often that is looked at while there are commits.
  // Appends beyond these, waiting or being written, are refused with RESOURCE_EXHAUSTED.
  size_t queue_bytes = size_t{64} << 20;
  size_t queue_records = 100'000;
  // A chunk is closed when it has this size.
  size_t chunk_bytes = size_t{8} << 20;
  // Memory for recent chunks, from which readers that keep up are served without touching the disk.
  size_t window_bytes = size_t{32} << 20;

  // Called once when an append has failed, on the thread that wrote it.
  std::function<void(absl::Status)> on_failure{};
  // Called when the anchors cannot be written, on a thread that writes the log. The log works on.
  std::function<void(absl::Status)> on_warning{};

  // For tests: see RocksDatabase::Options::memory; and what to ask for the volume's free bytes (any thread).
  std::shared_ptr<void> memory{};
  std::function<absl::StatusOr<uint64_t>()> free_bytes{};
};

// What opening found, for the lines that a server prints at start.
struct RocksLogFound {
  struct Log {
    std::string name;
    uint32_t partition_count = 0;
    uint64_t commands = 0;  // Valid ones.
    // Why partitions are stopped, if any are.
    std::vector<absl::Status> stopped;
  };
  bool created = false;
  std::string installation_id;
  uint64_t chunks = 0;
  uint64_t chunks_scanned = 0;  // Of them, those read when opening: the rest was covered by the stored state.
  std::vector<Log> logs;
  absl::Duration took;
};

struct RocksClaimRequest {
  std::string log;
  uint32_t partition = 0;
  ReaderCheckpoint from;
  // Gets what is valid behind `from`.
  std::function<absl::Status(ValidRecordPtr)> deliver;
};

// Thread-safe. Sessions and tails must be destroyed before it.
class RocksLogStore {
 public:
  // FAILED_PRECONDITION, with what to do, if the folder is of another installation, a log has another number of partitions, the
  // folder does not hold what the anchors say, or they cannot be written; UNAVAILABLE if another process has it open; NOT_FOUND if
  // it is empty and must not be created; DATA_LOSS if it is damaged.
  static absl::StatusOr<std::unique_ptr<RocksLogStore>> Open(const RocksLogOptions& options);
  virtual ~RocksLogStore() = default;

  // Null if there is no such log. Lives as long as the store.
  virtual EventLog* log(absl::string_view name) = 0;
  virtual const RocksLogFound& found() const = 0;

  // As EventLog::Claim for many partitions, with one scan from the oldest checkpoint, and all claims in one chunk. Sessions come in
  // the order of the requests; if one cannot be had, none is given.
  virtual absl::StatusOr<std::vector<std::unique_ptr<LogSession>>> ClaimAll(std::vector<RocksClaimRequest> requests,
                                                                            const ClaimantInfo& claimant) = 0;

  // OK until an append has failed.
  virtual absl::Status health() const = 0;

  // Commits what is queued, writes the anchors, ends waiting reads with CANCELLED. Later appends are refused. The destructor does
  // it too.
  virtual absl::Status Close() = 0;

  // Every record in the order of the chunks, void ones too, beginning with chunk `from`; ends when `visit` is not OK.
  struct StoredRecord {
    uint64_t chunk = 0;
    absl::string_view log;
    uint32_t partition = 0;
    RecordView record;
  };
  virtual absl::Status VisitRecords(uint64_t from, absl::FunctionRef<absl::Status(const StoredRecord&)> visit) const = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_ROCKS_LOG_STORE_H_
