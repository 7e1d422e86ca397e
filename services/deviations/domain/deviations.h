// The deviations context (log sip.deviations): what went wrong in the work around one case, one stream deviation/<id> each. Pure.
#ifndef SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_H_
#define SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_H_

#include <vector>

#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "services/deviations/domain/deviations_state.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"
#include "sip/deviations/v1/deviation_service.pb.h"

namespace sip {

struct DeviationDecider {
  using State = DeviationsState;
  using Command = deviations::v1::DeviationCommand;
  using Event = deviations::v1::DeviationEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// What is imported from the other contexts.
struct DeviationsFacts {
  using State = DeviationsState;
  using Event = common::v1::FactEvent;
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Imports the case's facts and the meetings held, and suggests a deviation for every agency that was called but did not come
// (MEE-14, DEV-06).
struct DeviationsReaction {
  using State = DeviationsState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

struct DeviationsContext {
  static constexpr char kLogName[] = "sip.deviations";
  using State = DeviationsState;
  using Deciders = TypeList<DeviationDecider>;
  using Evolvers = TypeList<DeviationsFacts>;
  using Reaction = DeviationsReaction;
  static bool KnowsCase(const DeviationsState& state);
  static RuleSetRef PinnedRuleSet(const DeviationsState& state, const StreamId& stream);
};

}  // namespace sip

#endif  // SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_H_
