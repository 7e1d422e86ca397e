// The meetings context: the log sip.meetings. MakeContextModel<MeetingsContext>() is all that the engine needs.
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_CONTEXT_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_CONTEXT_H_

#include "libs/eventsourcing/context_model.h"
#include "services/meetings/domain/meeting.h"
#include "services/meetings/domain/meetings_reaction.h"

namespace sip {

struct MeetingsContext {
  static constexpr char kLogName[] = "sip.meetings";
  using State = meetings::MeetingsState;
  using Deciders = TypeList<MeetingDecider>;
  using Evolvers = TypeList<MeetingsFacts>;
  using Reaction = MeetingsReaction;
  static bool KnowsCase(const State& state) { return state.facts.case_facts.has_value(); }
  // The case's, for every meeting.
  static RuleSetRef PinnedRuleSet(const State& state, const StreamId& /*stream*/) {
    if (!state.facts.case_facts.has_value()) return {};
    return {state.facts.case_facts->rule_set_id(), state.facts.case_facts->rule_set_digest()};
  }
};

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_CONTEXT_H_
