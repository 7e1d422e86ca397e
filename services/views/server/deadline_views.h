// sip.views.v1.DeadlineViews over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_DEADLINE_VIEWS_H_
#define SIP_SERVICES_VIEWS_SERVER_DEADLINE_VIEWS_H_

#include <memory>

#include "absl/time/time.h"
#include "libs/rpc/service.h"
#include "services/views/server/view_set.h"

namespace sip {

// `environment` (its clock) and `views` must outlive the service. `zone` is in which a civil day ends.
std::unique_ptr<RpcService> NewDeadlineViews(const CallEnvironment& environment, const ViewSet& views, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_DEADLINE_VIEWS_H_
