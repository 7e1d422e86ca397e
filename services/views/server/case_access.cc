#include "services/views/server/case_access.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/cases.h"
#include "services/views/projections/rows.h"
#include "services/views/queries/row_source.h"
#include "services/views/server/view_rows.h"

namespace sip {

namespace {

absl::Status NotDisclosed() { return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "case_id"); }

absl::StatusOr<views::v1::CaseRow> RowOf(const ViewReading& reading, absl::string_view case_id) {
  SIP_ASSIGN_OR_RETURN(std::optional<views::v1::CaseRow> row,
                       FindRow<views::v1::CaseRow>(ViewRows(reading[kCasesView]), CaseRowKey(case_id)));
  if (!row.has_value()) return NotDisclosed();
  return *std::move(row);
}

absl::StatusOr<std::shared_ptr<const common::v1::CaseFacts>> FactsOf(const ViewReading& reading, absl::string_view case_id) {
  const Uuid id = Uuid::Parse(case_id).value_or(Uuid());
  if (std::shared_ptr<const common::v1::CaseFacts> kept = reading.memos->facts.Find(id); kept != nullptr) return kept;
  SIP_ASSIGN_OR_RETURN(views::v1::CaseRow row, RowOf(reading, case_id));
  return reading.memos->facts.Keep(id, reading[kCasesView].commit(), std::move(*row.mutable_facts()));
}

}  // namespace

absl::Status CheckIsParty(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  SIP_ASSIGN_OR_RETURN(const std::shared_ptr<const common::v1::CaseFacts> facts, FactsOf(reading, case_id));
  return IsParty(*facts, call.actor.agency_id()) ? absl::OkStatus() : NotDisclosed();
}

absl::StatusOr<views::v1::CaseRow> AuthorizedCase(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  SIP_ASSIGN_OR_RETURN(views::v1::CaseRow row, RowOf(reading, case_id));
  if (!IsParty(row.facts(), call.actor.agency_id())) return NotDisclosed();
  return row;
}

ViewQuestion QuestionAbout(absl::string_view case_id, const CallContext& call, std::vector<std::string> views) {
  if (std::find(views.begin(), views.end(), kCasesView) == views.end()) views.push_back(kCasesView);
  return ViewQuestion{std::move(views), Uuid::Parse(case_id).value_or(Uuid()), call.tokens, call.deadline};
}

}  // namespace sip
