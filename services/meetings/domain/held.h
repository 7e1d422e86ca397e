// Recording that a meeting was held: attendance, the individual's own, disagreements (MEE-02, MEE-04, MEE-12, MEE-14).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_HELD_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_HELD_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip::meetings {

// Asks no consent: what has happened is recorded.
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordMeetingHeldRequest& request,
                                  const DecisionContext& context);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_HELD_H_
