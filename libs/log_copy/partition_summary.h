// What the records of one partition amount to: how far it goes, what is void and why, and the digest by which two copies of a log
// are compared. Pure.
#ifndef SIP_LIBS_LOG_COPY_PARTITION_SUMMARY_H_
#define SIP_LIBS_LOG_COPY_PARTITION_SUMMARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/record_source.h"

namespace sip {

// The digest of the state, as docs/log-format.md defines it; 32 bytes.
std::string FoldStateDigest(const FoldState& state);

struct PartitionSummary {
  std::string log;
  uint32_t partition = 0;
  bool empty = true;     // Nothing came of it, not even a reason why.
  uint64_t records = 0;  // Those that were folded, void ones too.
  uint64_t void_copies = 0;
  uint64_t void_stale = 0;
  uint64_t void_lost = 0;
  uint64_t void_holes = 0;
  FoldState state;
  // Of the claim that won last, as it says; empty if none has.
  std::string last_node;
  std::string last_endpoint;
  // Why the record behind them cannot be folded or read, if so.
  absl::Status stopped;
  // Valid commands whose payload has another digest than the header says, and the index of the first.
  uint64_t damaged_payloads = 0;
  uint64_t first_damaged_payload = 0;

  bool sound() const { return stopped.ok() && damaged_payloads == 0; }
  // What is wrong, for people; OK if it is sound.
  absl::Status Verdict() const;
};

// Makes the summary of one partition, record by record. Not thread-safe.
class PartitionSummarizer {
 public:
  PartitionSummarizer(LogIdentity log, uint32_t partition);

  // The next record, or why there is none. After the partition has stopped, further ones are passed over.
  void Add(const absl::StatusOr<RecordView>& record);
  // There are no more: a partition without Genesis, or with that of another log than it was said to be, has stopped.
  void End();

  const FoldState& state() const { return fold_.state(); }
  uint64_t records() const { return summary_.records; }
  const PartitionSummary& summary();

 private:
  absl::Status Step(const RecordView& record);
  void Count(Verdict verdict);
  void NoteClaim(const RecordView& record);

  const LogIdentity log_;
  LogFold fold_;
  log::v1::CommandHeader header_;
  PartitionSummary summary_;
};

// Of all partitions, in the order of the source's logs. Not OK if the source cannot be read at all.
absl::StatusOr<std::vector<PartitionSummary>> Summarize(RecordSource& source);

// `observe`, if given, is called after each record with the partition's number in that order, and its summarizer.
using SummaryObserver = absl::FunctionRef<void(size_t partition, const PartitionSummarizer& summarizer)>;
absl::StatusOr<std::vector<PartitionSummary>> Summarize(RecordSource& source, SummaryObserver observe);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_PARTITION_SUMMARY_H_
