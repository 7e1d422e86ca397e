// What a rule set asks of the next follow-up (DL-13).
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_FOLLOW_UP_RULES_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_FOLLOW_UP_RULES_H_

#include "absl/strings/string_view.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {

// Adds PLAN_FOLLOW_UP_MISSING when the rule set demands day and caller and one is missing, PLAN_FOLLOW_UP_TOO_LATE when the day
// lies before the day of occurrence or later than the rule set allows, FIELD_INVALID when it is no day. `follow_up` may be null.
// `field` is where it stands in the request; empty if it does not stand there.
void CheckNextFollowUp(const PlanInput& input, const plans::v1::FollowUpPlan* follow_up, absl::string_view field,
                       Violations& violations);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_FOLLOW_UP_RULES_H_
