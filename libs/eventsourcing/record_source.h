// The ports through which whole logs are copied, record by record as they lie there: from one backend, or from a copy in files, to
// another one (libs/log_copy). What is copied is neither decoded nor judged here.
#ifndef SIP_LIBS_EVENTSOURCING_RECORD_SOURCE_H_
#define SIP_LIBS_EVENTSOURCING_RECORD_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// Not thread-safe.
class RecordSource {
 public:
  // The views are valid during the call only.
  using Visitor = absl::FunctionRef<absl::Status(const LogIdentity& log, uint32_t partition, const absl::StatusOr<RecordView>&)>;
  virtual ~RecordSource() = default;

  // The logs that are there.
  virtual const std::vector<LogIdentity>& logs() const = 0;

  // Gives every record from the first on, void ones too: those of a partition in their order, the partitions in any order among
  // each other, but Genesis records before all others, and an imported record before its import. A partition that cannot be read
  // further ends with the reason; the others go on. Not OK if nothing can be read further, or `visit` is not OK. Can be called
  // again.
  virtual absl::Status Visit(Visitor visit) = 0;
};

// The records of one partition, for sources that can read each by itself. Not thread-safe.
class RecordStream {
 public:
  virtual ~RecordStream() = default;
  // The next one, valid until the next call; absent at the end. Not called again after an error.
  virtual absl::StatusOr<std::optional<RecordView>> Next() = 0;
};

// Brings the records of such streams into the order that a source promises: VisitMerged of libs/log_copy. `streams` are those of
// all partitions of `logs`, in their order.
using MergeRecords = absl::Status (*)(const std::vector<LogIdentity>& logs,
                                      const std::vector<std::unique_ptr<RecordStream>>& streams, RecordSource::Visitor visit);

// As a source, it gives what is there already. Not thread-safe.
class RecordTarget : public RecordSource {
 public:
  // Before all else: what will be appended. Changes nothing. FAILED_PRECONDITION, with what to do, if another log lies there;
  // DATA_LOSS if what lies there is damaged; UNAVAILABLE if it is in use.
  virtual absl::Status Begin(const std::vector<LogIdentity>& logs) = 0;

  // The partition's next record, byte by byte, behind those that are there. Records come in an order in which a source gives them.
  // After an error, its fate is unknown: open the target again to find out.
  virtual absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) = 0;

  // Nothing more will come; all of it is durable afterwards.
  virtual absl::Status Finish() = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_RECORD_SOURCE_H_
