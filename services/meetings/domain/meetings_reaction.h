// What the meetings context does about records of the others: it takes over the case's facts and the consent scope, and ends what
// the person no longer consents to (CON-06, CON-09).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_REACTION_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_REACTION_H_

#include <vector>

#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// The stream facts/<case>.
struct MeetingsFacts {
  using State = meetings::MeetingsState;
  using Event = common::v1::FactEvent;
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Consent withdrawn as a whole ⇒ every meeting that is still to come and needs consent is cancelled, and every call or invitation
// of others than the individual is withdrawn. A party excluded ⇒ its calls to meetings still to come are withdrawn. At most one
// event for each call and two for each meeting of the case.
struct MeetingsReaction {
  using State = meetings::MeetingsState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_REACTION_H_
