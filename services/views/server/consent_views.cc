#include "services/views/server/consent_views.h"

#include <utility>

#include "services/views/queries/consent_queries.h"
#include "services/views/server/answers.h"
#include "services/views/server/view_rows.h"
#include "sip/views/v1/consent_views.pb.h"

namespace sip {

std::unique_ptr<RpcService> NewConsentViews(const CallEnvironment& environment, const ViewSet& views) {
  namespace v1 = views::v1;
  auto service = std::make_unique<RpcService>("sip.views.v1.ConsentViews", environment);
  service->Query<v1::GetConsentRequest, v1::GetConsentResponse>(
      "GetConsent", [&environment, &views](const CallContext& call, const v1::GetConsentRequest& request, auto done) {
        AnswerAboutCase(views, call, request, {"consent"}, std::move(done),
                        [&environment, &request](const ViewReading& reading, const v1::CaseRow&) {
                          return GetConsent(ViewRows(reading["consent"]), request, environment.clock->Now());
                        });
      });
  return service;
}

}  // namespace sip
