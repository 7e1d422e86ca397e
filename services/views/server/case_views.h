// sip.views.v1.CaseViews over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_CASE_VIEWS_H_
#define SIP_SERVICES_VIEWS_SERVER_CASE_VIEWS_H_

#include <memory>

#include "libs/rpc/service.h"
#include "services/views/server/case_records.h"
#include "services/views/server/view_set.h"

namespace sip {

// `environment` (its clock and agencies) and `views` must outlive the service.
std::unique_ptr<RpcService> NewCaseViews(const CallEnvironment& environment, const ViewSet& views, CaseRecords records);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_CASE_VIEWS_H_
