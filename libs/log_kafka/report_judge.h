// What a broker's report of an append means (internal to log_kafka). Pure: the rules of docs/log-format.md, "Who may write", for
// one claim. Contiguous offsets tell which records lie before ours, the fold over them tells whether ours is valid; neither alone
// would do: a record that the broker rejected for good is followed by contiguous ones, and a fold that misses a foreign claim calls
// valid what is stale.
#ifndef SIP_LIBS_LOG_KAFKA_REPORT_JUDGE_H_
#define SIP_LIBS_LOG_KAFKA_REPORT_JUDGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/log_fold.h"

namespace sip {

enum class Ruling {
  kDurable,  // Valid in the log: acknowledge.
  kDoubt,    // Nobody knows: the claim is over, nothing more may be appended under it.
  kFenced,   // Another claim holds: this and all later appends are void.
  kReadGap,  // Others wrote before it: give their records to FoldGap, then ask again.
};

// Not thread-safe.
class ReportJudge {
 public:
  // `fold` stands behind the own Claim, which lies at `claim_offset` and holds.
  ReportJudge(LogFold fold, uint64_t claim_offset);

  // The report of the append that was sent longest ago. `offset` < 0: the broker named none. DATA_LOSS if the log has changed
  // behind our back: the partition must stop.
  absl::StatusOr<Ruling> Report(bool error, int64_t offset, const RecordFacts& record);

  // The record at next_offset(), which is not ours, after kReadGap: what it turned out to be.
  absl::StatusOr<Verdict> FoldGap(const RecordView& record);

  // Whether another claim holds.
  bool fenced() const { return fold_.state().claim.has_value() && *fold_.state().claim != claim_id_; }
  // The offset that our next append must get if nobody else writes.
  uint64_t next_offset() const { return last_ + 1; }
  const FoldState& state() const { return fold_.state(); }

 private:
  LogFold fold_;
  const std::string claim_id_;
  uint64_t last_;  // Offset of the last record folded.
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_REPORT_JUDGE_H_
