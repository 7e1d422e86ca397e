// Answers about meetings, from the rows of the view "meetings". Pure; `read_at` is added by whoever read the rows.
#ifndef SIP_SERVICES_VIEWS_QUERIES_MEETING_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_MEETING_QUERIES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/meeting_views.pb.h"

namespace sip {

// A party to the case sees all of the meeting; an agency that is not, but has a call or invitation that holds, the practicalities
// of its own. NOT_FOUND_OR_NOT_DISCLOSED on the meeting for a party to the case, on the case for everybody else.
absl::StatusOr<views::v1::GetMeetingResponse> GetMeeting(const RowSource& meetings, const views::v1::GetMeetingRequest& request,
                                                         absl::string_view asker, bool asker_is_party);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_MEETING_QUERIES_H_
