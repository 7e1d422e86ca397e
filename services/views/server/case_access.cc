#include "services/views/server/case_access.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/cases.h"
#include "services/views/projections/rows.h"

namespace sip {

absl::StatusOr<views::v1::CaseRow> AuthorizedCase(const ViewReading& reading, absl::string_view case_id, const CallContext& call) {
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> stored, reading[kCasesView].Get(CaseRowKey(case_id)));
  views::v1::CaseRow row;
  if (!stored.has_value() || !row.ParseFromString(*stored) || !IsParty(row.facts(), call.actor.agency_id())) {
    return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "case_id");
  }
  return row;
}

ViewQuestion QuestionAbout(absl::string_view case_id, const CallContext& call, std::vector<std::string> views) {
  if (std::find(views.begin(), views.end(), kCasesView) == views.end()) views.push_back(kCasesView);
  return ViewQuestion{std::move(views), Uuid::Parse(case_id).value_or(Uuid()), call.tokens, call.deadline};
}

}  // namespace sip
