// The commands of the consent stream, one function each. Whether the acting agency is party to the case is checked before. The
// events they give lack the resulting scope, which the decider adds to all of them alike.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_COMMANDS_H_
#define SIP_SERVICES_CONSENT_DOMAIN_COMMANDS_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/consent/domain/consent_state.h"
#include "sip/consent/v1/consent_service.pb.h"

namespace sip::consent {

Decision<consent::v1::ConsentEvent> DecideRequest(const ConsentState& state, const consent::v1::RequestConsentRequest& request,
                                                  const DecisionContext& context);
Decision<consent::v1::ConsentEvent> DecideGive(const ConsentState& state, const consent::v1::GiveConsentRequest& request,
                                               const DecisionContext& context);
Decision<consent::v1::ConsentEvent> DecideRefuse(const ConsentState& state, const consent::v1::RefuseConsentRequest& request,
                                                 const DecisionContext& context);
Decision<consent::v1::ConsentEvent> DecideChangeScope(const ConsentState& state,
                                                      const consent::v1::ChangeConsentScopeRequest& request,
                                                      const DecisionContext& context);
Decision<consent::v1::ConsentEvent> DecideWithdraw(const ConsentState& state, const consent::v1::WithdrawConsentRequest& request,
                                                   const DecisionContext& context);
Decision<consent::v1::ConsentEvent> DecideAnnul(const ConsentState& state, const consent::v1::AnnulConsentRequest& request,
                                                const DecisionContext& context);

}  // namespace sip::consent

#endif  // SIP_SERVICES_CONSENT_DOMAIN_COMMANDS_H_
