// The decider of persons: commands of sip.subjects.v1.SubjectService, events of the streams subject/<id> in the shared log
// sip.subjects. The stream's id is the pseudonymous subject id; the server derives it from CanonicalIdentifier() under the
// installation's key before the decision.
#ifndef SIP_SERVICES_PLANS_DOMAIN_SUBJECT_H_
#define SIP_SERVICES_PLANS_DOMAIN_SUBJECT_H_

#include <optional>

#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "sip/cases/v1/case_values.pb.h"
#include "sip/subjects/v1/subject_events.pb.h"
#include "sip/subjects/v1/subject_service.pb.h"

namespace sip {

// One person. In a shared log each stream has a state of its own.
struct SubjectState {
  // What OpenCase copies. Absent: not known here.
  std::optional<cases::v1::SubjectFacts> facts;
};

struct SubjectDecider {
  using State = SubjectState;
  using Command = subjects::v1::SubjectCommand;
  using Event = subjects::v1::SubjectEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

struct SubjectsContext {
  static constexpr char kLogName[] = "sip.subjects";
  using State = SubjectState;
  using Deciders = TypeList<SubjectDecider>;
  using Evolvers = TypeList<>;
  using Reaction = void;
  static bool KnowsCase(const State& /*state*/) { return true; }  // There are no cases.
  static RuleSetRef PinnedRuleSet(const State& /*state*/, const StreamId& /*stream*/) { return {}; }
};

// The stream of a person.
StreamId SubjectStream(const Uuid& subject_id);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_SUBJECT_H_
