// Copies logs from a source to a target, byte by byte, and proves at the end that both fold to the same history.
//
//   auto source = OpenFileCopy("/media/copy");
//   auto report = CopyLogs(**source, *target);
//   if (report.ok() && report->same()) ...
//
// An interrupted copy is made again with the same two: it goes on where the target stands. Not thread-safe.
#ifndef SIP_LIBS_LOG_COPY_COPY_LOGS_H_
#define SIP_LIBS_LOG_COPY_COPY_LOGS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/record_source.h"
#include "libs/log_copy/partition_summary.h"

namespace sip {

struct CopyReport {
  struct Partition {
    PartitionSummary source;
    PartitionSummary target;     // Read back when all was written.
    uint64_t already_there = 0;  // Records of the source that the target had.

    // The same history: number of commands, head, and digest of the state.
    bool same() const;
  };
  std::vector<Partition> partitions;

  bool same() const;
  uint64_t copied() const;
};

// Nothing is written unless the whole source is sound and what the target has is the beginning of it. FAILED_PRECONDITION, with
// what to do, if the target has another history; DATA_LOSS if either is damaged, naming the partition; or what the target's Begin
// says. A report whose histories are not the same is a defect of source or target: it is not OK to use the target then.
absl::StatusOr<CopyReport> CopyLogs(RecordSource& source, RecordTarget& target);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_COPY_LOGS_H_
