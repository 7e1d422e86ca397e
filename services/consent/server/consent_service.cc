#include "services/consent/server/consent_service.h"

#include "sip/consent/v1/consent_service.pb.h"

namespace sip {

namespace v1 = consent::v1;

std::unique_ptr<RpcService> NewConsentService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>("sip.consent.v1.ConsentService", environment);
  const auto commands = service->CommandsOf<v1::ConsentCommand>(executor);
  commands.Add<v1::RequestConsentRequest, v1::RequestConsentResponse>("RequestConsent");
  commands.Add<v1::GiveConsentRequest, v1::GiveConsentResponse>("GiveConsent");
  commands.Add<v1::RefuseConsentRequest, v1::RefuseConsentResponse>("RefuseConsent");
  commands.Add<v1::ChangeConsentScopeRequest, v1::ChangeConsentScopeResponse>("ChangeConsentScope");
  commands.Add<v1::WithdrawConsentRequest, v1::WithdrawConsentResponse>("WithdrawConsent");
  commands.Add<v1::AnnulConsentRequest, v1::AnnulConsentResponse>("AnnulConsent");
  return service;
}

}  // namespace sip
