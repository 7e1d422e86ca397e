#include "services/views/server/case_access.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/wire.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/cases.h"
#include "services/views/projections/rows.h"
#include "services/views/queries/row_source.h"

namespace sip {

namespace {

// Whether the stored row of a case names the agency as party: only that part of it is parsed.
bool NamesParty(absl::string_view row, absl::string_view agency_id) {
  common::v1::CaseFacts facts;
  WireField field;
  while (!row.empty() && TakeField(row, field)) {
    if (field.number != views::v1::CaseRow::kFactsFieldNumber || !field.is_delimited) continue;
    if (!facts.MergeFromString(std::string(field.delimited))) return false;
  }
  return row.empty() && IsParty(facts, agency_id);
}

// The stored row of the case, if the calling agency is party to it.
absl::StatusOr<std::string> DisclosedRow(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  SIP_ASSIGN_OR_RETURN(std::optional<std::string> stored, reading[kCasesView].Get(CaseRowKey(case_id)));
  if (stored.has_value() && NamesParty(*stored, call.actor.agency_id())) return *std::move(stored);
  return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "case_id");
}

}  // namespace

absl::Status CheckIsParty(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  return DisclosedRow(reading, case_id, call).status();
}

absl::StatusOr<views::v1::CaseRow> AuthorizedCase(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  SIP_ASSIGN_OR_RETURN(const std::string stored, DisclosedRow(reading, case_id, call));
  return ParseRow<views::v1::CaseRow>(stored);
}

ViewQuestion QuestionAbout(absl::string_view case_id, const CallContext& call, std::vector<std::string> views) {
  if (std::find(views.begin(), views.end(), kCasesView) == views.end()) views.push_back(kCasesView);
  return ViewQuestion{std::move(views), Uuid::Parse(case_id).value_or(Uuid()), call.tokens, call.deadline};
}

}  // namespace sip
