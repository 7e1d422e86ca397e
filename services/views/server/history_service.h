// sip.history.v1.HistoryService over gRPC.
#ifndef SIP_SERVICES_VIEWS_SERVER_HISTORY_SERVICE_H_
#define SIP_SERVICES_VIEWS_SERVER_HISTORY_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "libs/rpc/service.h"
#include "services/views/server/case_records.h"
#include "services/views/server/view_set.h"

namespace sip {

// `log_names` are the logs that hold cases. `environment` and `views` must outlive the service.
std::unique_ptr<RpcService> NewHistoryService(const CallEnvironment& environment, const ViewSet& views, CaseRecords records,
                                              std::vector<std::string> log_names);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_HISTORY_SERVICE_H_
