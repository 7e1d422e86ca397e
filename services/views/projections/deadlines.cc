#include "services/views/projections/deadlines.h"

#include <optional>

#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/deadline_book.h"
#include "services/views/projections/deadline_folds.h"
#include "services/views/projections/rows.h"

namespace sip {
namespace {

using views::v1::DeadlineRow;

bool StoppedInTime(const DeadlineRow& row, absl::TimeZone zone) {
  if (row.has_last_day()) return LocalDay(row.stopped_at(), zone) <= FromProto(row.last_day());
  return EffectiveTime(row.stopped_at(), zone) <= FromProto(row.due_at());
}

}  // namespace

void DeadlinesProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value()) return;
  const bool of_plans = record.log_name == "sip.plans";
  DeadlineBook book(of_plans ? kPlansTable : kMeetingsTable, *case_id, record, view);
  if (of_plans) {
    FoldPlansRecord(rule_sets_, zone_, book);
  } else {
    FoldMeetingsRecord(book);
  }
}

std::string DeadlineRowKey(absl::string_view table, absl::string_view case_id, absl::string_view deadline_id) {
  return RowKey({"deadline", table, case_id, deadline_id});
}
std::string DeadlineRowPrefix(absl::string_view table, absl::string_view case_id) {
  return RowPrefix({"deadline", table, case_id});
}
std::string DeadlineStateKey(absl::string_view case_id) { return RowKey({"state", case_id}); }
std::string DeadlinesOfAgencyPrefix(absl::string_view agency_id) { return RowPrefix({"due", agency_id}); }
std::string DeadlineIndexKey(absl::string_view agency_id, const DeadlineRow& row) {
  return RowKey({"due", agency_id, KeyTime(FromProto(row.due_at())), row.case_id(), row.deadline_id()});
}

views::v1::DeadlineState DeadlineStateAt(const DeadlineRow& row, absl::Time now, absl::TimeZone zone) {
  if (row.has_stopped_at()) {
    return StoppedInTime(row, zone) ? views::v1::DEADLINE_STATE_MET : views::v1::DEADLINE_STATE_MET_LATE;
  }
  if (row.lapse() != views::v1::DEADLINE_LAPSE_UNSPECIFIED) return views::v1::DEADLINE_STATE_LAPSED;
  if (now >= FromProto(row.due_at())) return views::v1::DEADLINE_STATE_OVERDUE;
  if (row.has_warning_from() && now >= FromProto(row.warning_from())) return views::v1::DEADLINE_STATE_WARNING;
  return views::v1::DEADLINE_STATE_OPEN;
}

}  // namespace sip
