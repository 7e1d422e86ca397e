#include "services/meetings/meetings_part.h"

#include "services/meetings/domain/meetings_context.h"
#include "services/meetings/server/meeting_service.h"

namespace sip {

ServicePart MeetingsPart() {
  ServicePart part;
  part.contexts.push_back(MakeContextModel<MeetingsContext>());
  part.open = ServicesOnly([](Node& node, RpcServer& server) {
    server.AddService(NewMeetingService(server.environment(), node.commands(MeetingsContext::kLogName)));
  });
  return part;
}

}  // namespace sip
