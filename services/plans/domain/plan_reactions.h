// What other contexts' facts cause in plans.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_REACTIONS_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_REACTIONS_H_

#include <vector>

#include "libs/eventsourcing/decider.h"
#include "services/plans/domain/plans_state.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// Consent withdrawn as a whole closes every plan of the case that is not closed, and lists every copy holder for notice (CON-09,
// CLO-04, CPY-05). `scope` is the consent scope as the foreign event says it. At most one event for each plan of the case.
std::vector<NewEvent> ReactToConsent(const PlansState& state, const common::v1::ConsentScope& scope,
                                     const DecisionContext& context);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_REACTIONS_H_
