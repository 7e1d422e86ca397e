// Preparing a meeting (förplanering): pre-consultation and established contact (INV-01, INV-04, INV-05).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_PREPARATION_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_PREPARATION_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip::meetings {

// Repeatable: every conversation is an event of its own. It may have taken place before the meeting was planned.
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordPreConsultationRequest& request,
                                  const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::ConfirmContactRequest& request,
                                  const DecisionContext& context);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_PREPARATION_H_
