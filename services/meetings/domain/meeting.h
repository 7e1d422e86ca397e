// The stream type meeting/<id>: planned, prepared, called, answered, held. The rules stand in schedule.h, preparation.h, calls.h
// and held.h.
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_MEETING_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_MEETING_H_

#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip {

struct MeetingDecider {
  using State = meetings::MeetingsState;
  using Command = meetings::v1::MeetingCommand;
  using Event = meetings::v1::MeetingEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// The stream of a meeting.
StreamId MeetingStream(const Uuid& meeting_id);

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_MEETING_H_
