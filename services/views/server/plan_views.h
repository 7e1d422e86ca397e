// sip.views.v1.PlanViews over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_PLAN_VIEWS_H_
#define SIP_SERVICES_VIEWS_SERVER_PLAN_VIEWS_H_

#include <memory>

#include "absl/time/time.h"
#include "libs/eventsourcing/context.h"
#include "libs/rpc/service.h"
#include "services/views/server/case_records.h"
#include "services/views/server/view_set.h"

namespace sip {

// `environment`, `views` and `rule_sets` must outlive the service. `zone` is in which instants are shown as days.
std::unique_ptr<RpcService> NewPlanViews(const CallEnvironment& environment, const ViewSet& views, CaseRecords records,
                                         const RuleSetSource& rule_sets, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_PLAN_VIEWS_H_
