// The consent context (log sip.consent): the consents of the person whom a case is about, one stream consent/<case id>. Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_CONSENT_H_
#define SIP_SERVICES_CONSENT_DOMAIN_CONSENT_H_

#include <vector>

#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "services/consent/domain/consent_state.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/consent/v1/consent_service.pb.h"

namespace sip {

struct ConsentDecider {
  using State = ConsentState;
  using Command = consent::v1::ConsentCommand;
  using Event = consent::v1::ConsentEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// What is imported from the other contexts.
struct ConsentFacts {
  using State = ConsentState;
  using Event = common::v1::FactEvent;
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Imports the case's facts.
struct ConsentReaction {
  using State = ConsentState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

struct ConsentContext {
  static constexpr char kLogName[] = "sip.consent";
  using State = ConsentState;
  using Deciders = TypeList<ConsentDecider>;
  using Evolvers = TypeList<ConsentFacts>;
  using Reaction = ConsentReaction;
  static bool KnowsCase(const ConsentState& state);
  static RuleSetRef PinnedRuleSet(const ConsentState& state, const StreamId& stream);
};

}  // namespace sip

#endif  // SIP_SERVICES_CONSENT_DOMAIN_CONSENT_H_
