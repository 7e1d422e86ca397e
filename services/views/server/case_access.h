// Who may see a case: until there are access rules, the agencies that are party to it; to everybody else it does not exist.
#ifndef SIP_SERVICES_VIEWS_SERVER_CASE_ACCESS_H_
#define SIP_SERVICES_VIEWS_SERVER_CASE_ACCESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call_context.h"
#include "services/views/server/view_set.h"
#include "sip/views/v1/case_rows.pb.h"

namespace sip {

// OK if the calling agency is party to the case; else REASON_NOT_FOUND_OR_NOT_DISCLOSED, also if there is no such case.
absl::Status CheckIsParty(const ViewReading& reading, absl::string_view case_id, const CallContext& call);

// The same, with the case's row.
absl::StatusOr<views::v1::CaseRow> AuthorizedCase(const ViewReading& reading, absl::string_view case_id, const CallContext& call);

// A question about one case: its own views and kCasesView, which decides about access.
ViewQuestion QuestionAbout(absl::string_view case_id, const CallContext& call, std::vector<std::string> views);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_CASE_ACCESS_H_
