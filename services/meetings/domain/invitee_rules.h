// Who may be called or invited to a meeting, and how: duty (INV-08, INV-09), consent (CON-01, CON-06, CON-11), who decides
// (INV-03), established contact (INV-04), pre-consultation (INV-05), channel (INV-06), next of kin (INV-11).
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_INVITEE_RULES_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_INVITEE_RULES_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_values.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::meetings {

// A call or invitation that is asked for.
struct Invitee {
  const common::v1::Party& party;
  common::v1::PartyKey key;  // Its only one.
  bool binding = false;      // A call, not an invitation.
  common::v1::Channel channel = common::v1::CHANNEL_UNSPECIFIED;
  v1::InviteeDecision decided_by = v1::INVITEE_DECISION_UNSPECIFIED;
  common::v1::Informant wished_by = common::v1::INFORMANT_UNSPECIFIED;
};

// Adds every rule that the call breaks.
void CheckInvitee(const MeetingsState& state, const Meeting& meeting, const Invitee& invitee, const rules::v1::RuleSet& rule_set,
                  const DecisionContext& context, Violations& violations);

// Adds CALL_CHANNEL_NOT_ALLOWED unless calls to the party may go this way.
void CheckChannel(const common::v1::PartyKey& party, common::v1::Channel channel, const rules::v1::RuleSet& rule_set,
                  Violations& violations);

// Contact between the party and the person has been confirmed, and not denied since.
bool HasEstablishedContact(const MeetingsState& state, const common::v1::PartyKey& party);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_INVITEE_RULES_H_
