#include "services/plans/domain/plan_reactions.h"

#include <string>

#include "libs/rules/lookups.h"
#include "services/plans/domain/plan_notices.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

// The rule set's own code for a withdrawn consent. A rule set that is not known here must not keep the plan open.
std::string WithdrawnCode(const rules::v1::RuleSet* rules) {
  const rules::v1::ClosingReason* reason = rules == nullptr ? nullptr : ConsentWithdrawnReason(*rules);
  return reason == nullptr ? "consent_withdrawn" : reason->code();
}

}  // namespace

std::vector<NewEvent> ReactToConsent(const PlansState& state, const common::v1::ConsentScope& scope,
                                     const DecisionContext& context) {
  std::vector<NewEvent> events;
  if (!scope.withdrawn_as_a_whole()) return events;
  for (const auto& [id, plan] : state.plans) {
    if (IsClosed(plan)) continue;
    plans::v1::PlanEvent event;
    plans::v1::PlanClosed& closed = *event.mutable_plan_closed();
    closed.set_reason_code(WithdrawnCode(context.rule_sets->FindByDigest(plan.rule_set_digest)));
    closed.set_ground(rules::v1::CLOSING_GROUND_CONSENT_WITHDRAWN);
    *closed.mutable_notify() = CopyHolders(plan);
    events.push_back(MakeNewEvent(StreamId{"plan", id}, std::move(event)));
  }
  return events;
}

}  // namespace sip
