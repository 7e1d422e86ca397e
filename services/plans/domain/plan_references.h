// What an element refers to: other elements of the plan, parties, codes.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_REFERENCES_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_REFERENCES_H_

#include <optional>
#include <string>
#include <vector>

#include "services/plans/domain/plan_state.h"

namespace sip {

// One reference from an element to another.
struct ElementReference {
  std::string element_id;
  plans::v1::PlanElement::KindCase kind;  // That it must be of.
  std::string field;                      // Where in the element it stands, such as "action.goal_ids[0]".
};

std::vector<ElementReference> ReferencesOf(const plans::v1::PlanElement& element);

// A party that an element names, and where.
struct ElementParty {
  const common::v1::Party* party;  // Lives as long as the element.
  std::string field;
};

std::vector<ElementParty> PartiesOf(const plans::v1::PlanElement& element);

// An action that, directly or through others, must wait for itself (PLN-09); absent if the order can be kept. Of several, the one
// that came into being first. Actions that must be done at the same time share each other's order.
std::optional<std::string> FindOrderCycle(const PlanElements& elements);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_REFERENCES_H_
