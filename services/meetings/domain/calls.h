// Calling and inviting parties, and what becomes of the calls (INV-06, INV-08, INV-09, INV-12).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_CALLS_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_CALLS_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip::meetings {

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::CallPartyRequest& request, const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::InvitePartyRequest& request,
                                  const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordDeliveryRequest& request,
                                  const DecisionContext& context);
// These two may also be given by the called agency while it is not party to the case yet.
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::AcknowledgeCallRequest& request,
                                  const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::AnswerCallRequest& request, const DecisionContext& context);
Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::WithdrawCallRequest& request,
                                  const DecisionContext& context);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_CALLS_H_
