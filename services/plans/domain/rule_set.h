// The decider of rule sets: commands of sip.rules.v1.RuleSetService, events of the streams rule-set/<uuid> in the shared log
// sip.rules. What is published is folded by RuleBook (libs/rules).
#ifndef SIP_SERVICES_PLANS_DOMAIN_RULE_SET_H_
#define SIP_SERVICES_PLANS_DOMAIN_RULE_SET_H_

#include <string>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "sip/rules/v1/rule_set_events.pb.h"
#include "sip/rules/v1/rule_set_service.pb.h"

namespace sip {

// One rule set. In a shared log each stream has a state of its own.
struct RuleSetState {
  std::string digest;  // Empty: not published.
};

// Publishing is for a region whose rules they are, and for the system itself at its start.
struct RuleSetDecider {
  using State = RuleSetState;
  using Command = rules::v1::RuleSetCommand;
  using Event = rules::v1::RuleSetEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

struct RulesContext {
  static constexpr char kLogName[] = "sip.rules";
  using State = RuleSetState;
  using Deciders = TypeList<RuleSetDecider>;
  using Evolvers = TypeList<>;
  using Reaction = void;
  static bool KnowsCase(const State& /*state*/) { return true; }  // There are no cases.
  static RuleSetRef PinnedRuleSet(const State& /*state*/, const StreamId& /*stream*/) { return {}; }
};

// The stream of the rule set with that id, such as "skl/2018-01-01".
StreamId RuleSetStream(absl::string_view rule_set_id);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_RULE_SET_H_
