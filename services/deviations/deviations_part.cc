#include "services/deviations/deviations_part.h"

#include "services/deviations/domain/deviations.h"
#include "services/deviations/server/deviation_service.h"

namespace sip {

ServicePart DeviationsPart() {
  ServicePart part;
  part.contexts.push_back(MakeContextModel<DeviationsContext>());
  part.open = ServicesOnly([](Node& node, RpcServer& server) {
    server.AddService(NewDeviationService(server.environment(), node.commands(DeviationsContext::kLogName)));
  });
  return part;
}

}  // namespace sip
