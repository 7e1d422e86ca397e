// Whether one element of a plan is well formed and within rule set and consent.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_ELEMENT_CHECKS_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_ELEMENT_CHECKS_H_

#include "absl/strings/string_view.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {

// A kind of which a plan has one element at most.
bool IsOnePerPlan(plans::v1::PlanElement::KindCase kind);

// The same but for what the server sets: revision and owner.
bool SameBody(const plans::v1::PlanElement& a, const plans::v1::PlanElement& b);

// Adds what is wrong with the element itself: dates, codes of the rule set, parties unknown or outside the consent (CON-12).
void CheckElement(const PlanInput& input, const plans::v1::PlanElement& element, absl::string_view field, Violations& violations);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_ELEMENT_CHECKS_H_
