#include "services/views/server/meeting_views.h"

#include <utility>

#include "services/views/queries/meeting_queries.h"
#include "services/views/server/answers.h"
#include "services/views/server/view_rows.h"
#include "sip/views/v1/meeting_views.pb.h"

namespace sip {
namespace {

using views::v1::GetMeetingRequest;
using views::v1::GetMeetingResponse;

// Not being party to the case does not end the question: a called agency sees its call.
absl::StatusOr<GetMeetingResponse> MeetingIn(const ViewReading& reading, const CallContext& call,
                                             const GetMeetingRequest& request) {
  const absl::Status access = CheckIsParty(reading, request.case_id(), call);
  if (!access.ok() && !absl::IsNotFound(access)) return access;
  return GetMeeting(ViewRows(reading["meetings"]), request, call.actor.agency_id(), access.ok());
}

}  // namespace

std::unique_ptr<RpcService> NewMeetingViews(const CallEnvironment& environment, const ViewSet& views) {
  auto service = std::make_unique<RpcService>("sip.views.v1.MeetingViews", environment);
  service->Query<GetMeetingRequest, GetMeetingResponse>(
      "GetMeeting", [&views](const CallContext& call, const GetMeetingRequest& request, auto done) {
        AnswerQuestion(views, QuestionAbout(request.case_id(), call, {"meetings"}), std::move(done),
                       [&call, &request](const ViewReading& reading) { return MeetingIn(reading, call, request); });
      });
  return service;
}

}  // namespace sip
