// The commands of sip.meetings.v1.MeetingService over gRPC.
#ifndef SIP_SERVICES_MEETINGS_SERVER_MEETING_SERVICE_H_
#define SIP_SERVICES_MEETINGS_SERVER_MEETING_SERVICE_H_

#include <memory>

#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"

namespace sip {

// `environment` and `executor` must outlive the service.
std::unique_ptr<RpcService> NewMeetingService(const CallEnvironment& environment, CommandExecutor& executor);

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_SERVER_MEETING_SERVICE_H_
