// sip.views.v1.DeviationViews over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_DEVIATION_VIEWS_H_
#define SIP_SERVICES_VIEWS_SERVER_DEVIATION_VIEWS_H_

#include <memory>

#include "libs/rpc/service.h"
#include "services/views/server/view_set.h"

namespace sip {

// `environment` and `views` must outlive the service.
std::unique_ptr<RpcService> NewDeviationViews(const CallEnvironment& environment, const ViewSet& views);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_DEVIATION_VIEWS_H_
