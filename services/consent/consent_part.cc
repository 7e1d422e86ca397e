#include "services/consent/consent_part.h"

#include "services/consent/domain/consent.h"
#include "services/consent/server/consent_service.h"

namespace sip {

ServicePart ConsentPart() {
  ServicePart part;
  part.contexts.push_back(MakeContextModel<ConsentContext>());
  part.open = ServicesOnly([](Node& node, RpcServer& server) {
    server.AddService(NewConsentService(server.environment(), node.commands(ConsentContext::kLogName)));
  });
  return part;
}

}  // namespace sip
