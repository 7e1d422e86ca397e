// Planning, moving and cancelling a meeting (MEE-01…03, MEE-05, INV-07, INV-12, DL-03).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_SCHEDULE_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_SCHEDULE_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip::meetings {

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::PlanMeetingRequest& request,
                                  const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RescheduleMeetingRequest& request,
                                  const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::CancelMeetingRequest& request,
                                  const DecisionContext& context);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_SCHEDULE_H_
