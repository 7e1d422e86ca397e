#include "libs/log_kafka/report_judge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"

namespace sip {

ReportJudge::ReportJudge(LogFold fold, uint64_t claim_offset)
    : fold_(std::move(fold)), claim_id_(fold_.state().claim.value_or("")), last_(claim_offset) {
  SIP_CHECK(fold_.state().claim.has_value());
}

absl::StatusOr<Ruling> ReportJudge::Report(bool error, int64_t offset, const RecordFacts& record) {
  // Without an offset nothing is known, also where the broker says that there was no error (an append that it had already).
  if ((error && !SIP_MUTANT(report_error_ignored)) || offset < 0) return Ruling::kDoubt;
  const auto at = static_cast<uint64_t>(offset);
  if (at <= last_) {
    if (SIP_MUTANT(report_offset_taken_is_doubt)) return Ruling::kDoubt;
    return absl::DataLossError(absl::StrCat(fold_.state().log_name, ", partition ", fold_.state().partition,
                                            ": an append was put at offset ", at, ", which is taken: the log has lost its end"));
  }
  if (fenced()) return Ruling::kFenced;
  const bool is_first = fold_.state().next_idx == fold_.state().base;
  const bool believed = SIP_MUTANT(report_gap_unread) || (SIP_MUTANT(report_without_predecessor) && is_first);
  if (at > last_ + 1 && !believed) return Ruling::kReadGap;
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, fold_.Step(record));
  last_ = at;
  return verdict == Verdict::kValid || SIP_MUTANT(report_fold_left_out) ? Ruling::kDurable : Ruling::kDoubt;
}

absl::StatusOr<Verdict> ReportJudge::FoldGap(const RecordView& record) {
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, fold_.Step(record));
  ++last_;
  return verdict;
}

}  // namespace sip
