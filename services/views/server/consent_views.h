// sip.views.v1.ConsentViews over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_CONSENT_VIEWS_H_
#define SIP_SERVICES_VIEWS_SERVER_CONSENT_VIEWS_H_

#include <memory>

#include "libs/rpc/service.h"
#include "services/views/server/view_set.h"

namespace sip {

// `environment` (its clock) and `views` must outlive the service.
std::unique_ptr<RpcService> NewConsentViews(const CallEnvironment& environment, const ViewSet& views);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_CONSENT_VIEWS_H_
