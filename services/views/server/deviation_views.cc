#include "services/views/server/deviation_views.h"

#include <utility>

#include "services/views/queries/deviation_queries.h"
#include "services/views/server/answers.h"
#include "services/views/server/view_rows.h"
#include "sip/views/v1/deviation_views.pb.h"

namespace sip {
namespace {

constexpr char kDeviationsView[] = "deviations";

}  // namespace

std::unique_ptr<RpcService> NewDeviationViews(const CallEnvironment& environment, const ViewSet& views) {
  namespace v1 = views::v1;
  auto service = std::make_unique<RpcService>("sip.views.v1.DeviationViews", environment);
  service->Query<v1::GetDeviationRequest, v1::GetDeviationResponse>(
      "GetDeviation", [&views](const CallContext& call, const v1::GetDeviationRequest& request, auto done) {
        AnswerAboutCase(views, call, request, {kDeviationsView}, std::move(done),
                        [&request](const ViewReading& reading, const v1::CaseRow&) {
                          return GetDeviation(ViewRows(reading[kDeviationsView]), request);
                        });
      });
  service->Query<v1::ListDeviationsRequest, v1::ListDeviationsResponse>(
      "ListDeviations", [&views](const CallContext& call, const v1::ListDeviationsRequest& request, auto done) {
        AnswerQuestion(views, ListQuestion(request.case_id(), call, kDeviationsView), std::move(done),
                       [&call, &request](const ViewReading& reading) {
                         return ListDeviations(ViewRows(reading[kDeviationsView]), request, call.actor.agency_id());
                       });
      });
  service->Query<v1::ListSuggestedDeviationsRequest, v1::ListSuggestedDeviationsResponse>(
      "ListSuggestedDeviations", [&views](const CallContext& call, const v1::ListSuggestedDeviationsRequest& request, auto done) {
        AnswerQuestion(views, ListQuestion(request.case_id(), call, kDeviationsView), std::move(done),
                       [&call, &request](const ViewReading& reading) {
                         return ListSuggestedDeviations(ViewRows(reading[kDeviationsView]), request, call.actor.agency_id());
                       });
      });
  return service;
}

}  // namespace sip
