#include "services/views/projections/deadline_book.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/rows.h"

namespace sip {

using common::v1::CaseFacts;
using views::v1::DeadlineRow;

DeadlineBook::DeadlineBook(absl::string_view table, std::string case_id, const RecordedCommand& record, ViewBatch& view)
    : table_(table), case_id_(std::move(case_id)), record_(record), view_(view) {}

std::optional<DeadlineRow> DeadlineBook::Find(absl::string_view deadline_id) {
  return GetRow<DeadlineRow>(view_, DeadlineRowKey(table_, case_id_, deadline_id));
}

std::vector<DeadlineRow> DeadlineBook::All() {
  std::vector<DeadlineRow> rows;
  view_.Scan(DeadlineRowPrefix(table_, case_id_), [&](absl::string_view, absl::string_view value) {
    SIP_CHECK(rows.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size())));
    return true;
  });
  return rows;
}

void DeadlineBook::Put(DeadlineRow row) {
  row.set_case_id(case_id_);
  *row.mutable_recorded_at() = ToProto(record_.recorded_at);
  if (const std::optional<DeadlineRow> before = Find(row.deadline_id()); before.has_value()) Unindex(*before);
  PutRow(view_, DeadlineRowKey(table_, case_id_, row.deadline_id()), row);
  Index(row);
}

void DeadlineBook::Meet(absl::string_view deadline_id, absl::string_view event, const common::v1::Occurred& at) {
  std::optional<DeadlineRow> row = Find(deadline_id);
  if (!row.has_value() || !IsRunning(*row)) return;
  row->set_stopped_by(std::string(event));
  *row->mutable_stopped_at() = at;
  Put(*std::move(row));
}

void DeadlineBook::Lapse(absl::string_view deadline_id, views::v1::DeadlineLapse lapse) {
  std::optional<DeadlineRow> row = Find(deadline_id);
  if (!row.has_value() || !IsRunning(*row)) return;
  row->set_lapse(lapse);
  Put(*std::move(row));
}

void DeadlineBook::Resume(absl::string_view deadline_id, views::v1::DeadlineLapse lapse) {
  std::optional<DeadlineRow> row = Find(deadline_id);
  if (!row.has_value() || row->lapse() != lapse) return;
  row->clear_lapse();
  Put(*std::move(row));
}

void DeadlineBook::SetParties(const CaseFacts& facts) {
  const std::vector<DeadlineRow> rows = All();
  for (const DeadlineRow& row : rows) Unindex(row);
  PutRow(view_, FactsKey(table_, case_id_), facts);
  for (const DeadlineRow& row : rows) Index(row);
}

void DeadlineBook::Index(const DeadlineRow& row) {
  const CaseFacts facts = GetRow<CaseFacts>(view_, FactsKey(table_, case_id_)).value_or(CaseFacts());
  for (const std::string& agency_id : facts.agency_ids()) {
    view_.Put(DeadlineIndexKey(agency_id, row), DeadlineRowKey(table_, case_id_, row.deadline_id()));
  }
}

void DeadlineBook::Unindex(const DeadlineRow& row) {
  const CaseFacts facts = GetRow<CaseFacts>(view_, FactsKey(table_, case_id_)).value_or(CaseFacts());
  for (const std::string& agency_id : facts.agency_ids()) view_.Delete(DeadlineIndexKey(agency_id, row));
}

bool IsRunning(const DeadlineRow& row) { return !row.has_stopped_at() && row.lapse() == views::v1::DEADLINE_LAPSE_UNSPECIFIED; }

}  // namespace sip
