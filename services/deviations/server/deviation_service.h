// The commands of sip.deviations.v1.DeviationService over gRPC.
#ifndef SIP_SERVICES_DEVIATIONS_SERVER_DEVIATION_SERVICE_H_
#define SIP_SERVICES_DEVIATIONS_SERVER_DEVIATION_SERVICE_H_

#include <memory>

#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"

namespace sip {

// `environment` and `executor` must outlive the service.
std::unique_ptr<RpcService> NewDeviationService(const CallEnvironment& environment, CommandExecutor& executor);

}  // namespace sip

#endif  // SIP_SERVICES_DEVIATIONS_SERVER_DEVIATION_SERVICE_H_
