// What the plans context takes over from consent and meetings, and what that causes here.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLANS_REACTION_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLANS_REACTION_H_

#include <vector>

#include "libs/eventsourcing/decider.h"
#include "services/plans/domain/plans_state.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// Folds the stream facts/<case>: consent scope and meetings.
struct PlansFacts {
  using State = PlansState;
  using Event = common::v1::FactEvent;
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Consent: the scope is copied, and what plan_reactions.h says follows. Meetings: calls, times and attendance are copied; an agency
// that is called or invited becomes party to the case.
struct PlansReaction {
  using State = PlansState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLANS_REACTION_H_
