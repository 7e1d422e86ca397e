// The plans context: the log sip.plans. MakeContextModel<PlansContext>() is all that the engine needs.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLANS_CONTEXT_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLANS_CONTEXT_H_

#include "libs/eventsourcing/context_model.h"
#include "services/plans/domain/case.h"
#include "services/plans/domain/plan.h"
#include "services/plans/domain/plans_reaction.h"
#include "services/plans/domain/plans_state.h"

namespace sip {

struct PlansContext {
  static constexpr char kLogName[] = "sip.plans";
  using State = PlansState;
  using Deciders = TypeList<CaseDecider, PlanDecider>;
  using Evolvers = TypeList<PlansFacts>;
  using Reaction = PlansReaction;
  // Cases are born in this log: what is not known here is not known anywhere.
  static bool KnowsCase(const State& /*state*/) { return true; }
  // A plan's own; the case's for everything else.
  static RuleSetRef PinnedRuleSet(const State& state, const StreamId& stream) {
    if (const auto plan = state.plans.find(stream.id); stream.type == "plan" && plan != state.plans.end()) {
      return RuleSetOf(plan->second);
    }
    if (!state.case_record.has_value()) return {};
    return {state.case_record->facts.rule_set_id(), state.case_record->facts.rule_set_digest()};
  }
};

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLANS_CONTEXT_H_
