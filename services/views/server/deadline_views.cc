#include "services/views/server/deadline_views.h"

#include <utility>

#include "services/views/queries/deadline_queries.h"
#include "services/views/server/answers.h"
#include "services/views/server/view_rows.h"
#include "sip/views/v1/deadline_views.pb.h"

namespace sip {
namespace {

constexpr char kDeadlinesView[] = "deadlines";

}  // namespace

std::unique_ptr<RpcService> NewDeadlineViews(const CallEnvironment& environment, const ViewSet& views, absl::TimeZone zone) {
  namespace v1 = views::v1;
  auto service = std::make_unique<RpcService>("sip.views.v1.DeadlineViews", environment);
  service->Query<v1::ListDeadlinesRequest, v1::ListDeadlinesResponse>(
      "ListDeadlines", [&environment, &views, zone](const CallContext& call, const v1::ListDeadlinesRequest& request, auto done) {
        AnswerQuestion(views, ListQuestion(request.case_id(), call, kDeadlinesView), std::move(done),
                       [&environment, &call, &request, zone](const ViewReading& reading) {
                         return ListDeadlines(ViewRows(reading[kDeadlinesView]), request, call.actor.agency_id(),
                                              environment.clock->Now(), zone);
                       });
      });
  service->Query<v1::GetDeadlineRequest, v1::GetDeadlineResponse>(
      "GetDeadline", [&environment, &views, zone](const CallContext& call, const v1::GetDeadlineRequest& request, auto done) {
        AnswerAboutCase(views, call, request, {kDeadlinesView}, std::move(done),
                        [&environment, &request, zone](const ViewReading& reading, const v1::CaseRow&) {
                          return GetDeadline(ViewRows(reading[kDeadlinesView]), request, environment.clock->Now(), zone);
                        });
      });
  return service;
}

}  // namespace sip
