#include "services/meetings/domain/invitee_rules.h"

#include <algorithm>
#include <optional>
#include <string>

#include "libs/calendar/period.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/meetings/domain/decide.h"

namespace sip::meetings {
namespace {

using common::v1::ConsentKind;
using common::v1::Party;
using rules::v1::Obligation;
using rules::v1::PartyType;
using rules::v1::RuleSet;

// Absent, with a violation, if agency or party type is unknown.
std::optional<Obligation> DutyOf(const Party& party, const RuleSet& rule_set, const AgencyDirectory& agencies,
                                 Violations& violations) {
  if (party.has_staff()) {
    const rules::v1::Agency* agency = agencies.Find(party.staff().unit().agency_id());
    if (agency != nullptr) return ObligationOf(rule_set, agency->kind());
    violations.Add(Reason::REASON_AGENCY_NOT_IN_DIRECTORY, "INV-08", "party.staff.unit.agency_id");
    return std::nullopt;
  }
  if (party.has_other_actor()) {
    const PartyType* type = FindCode(rule_set.party_types(), party.other_actor().party_type());
    if (type != nullptr) return type->obligation();
    violations.Add(Reason::REASON_CODE_UNKNOWN, "INV-08", "party.other_actor.party_type");
    return std::nullopt;
  }
  return rules::v1::OBLIGATION_VOLUNTARY;
}

void CheckDuty(const Invitee& invitee, Obligation obligation, v1::MeetingKind kind, Violations& violations) {
  if (invitee.binding && obligation != rules::v1::OBLIGATION_STATUTORY && obligation != rules::v1::OBLIGATION_AGREED) {
    violations.Add(Reason::REASON_PARTY_CAN_ONLY_BE_INVITED, "INV-08", "party");
  }
  if (!invitee.binding && obligation == rules::v1::OBLIGATION_STATUTORY && IsAboutPlan(kind)) {
    violations.Add(Reason::REASON_PARTY_MUST_BE_CALLED, "INV-08", "party");
  }
}

// The moment for which consent is asked: when the call was made, at the end of its day if only that is known.
absl::Time CallMoment(const DecisionContext& context) {
  if (!context.occurred_at.has_date()) return std::min(context.now, EffectiveTime(context.occurred_at, context.zone));
  return std::min(context.now, absl::FromCivil(LocalDay(context.occurred_at, context.zone) + 1, context.zone));
}

// Consents of these kinds name the parties that they are for.
bool NamesParties(ConsentKind kind) {
  return kind == common::v1::CONSENT_KIND_INFORMATION_SHARING || kind == common::v1::CONSENT_KIND_COPY_TO_KIN;
}

void CheckConsent(const MeetingsState& state, const Invitee& invitee, const RuleSet& rule_set, const DecisionContext& context,
                  Violations& violations) {
  if (invitee.key.has_individual()) return;
  const common::v1::ConsentScope& scope = state.facts.consent;
  if (scope.withdrawn_as_a_whole()) {
    violations.Add(Reason::REASON_MEETING_CONSENT_WITHDRAWN, "CON-09", "party");
    return;
  }
  const absl::Time moment = CallMoment(context);
  if (ConsentExcludes(scope, invitee.key, moment) || ConsentExcludes(scope, invitee.key, context.now)) {
    violations.Add(Reason::REASON_PARTY_EXCLUDED_BY_CONSENT, "CON-06", "party");
    return;
  }
  for (const ConsentKind kind : ConsentsBefore(rule_set, rules::v1::GATED_STEP_CALL_PARTY)) {
    if (NamesParties(kind)) {
      if (!ConsentCovers(scope, kind, invitee.key, moment)) {
        violations.Add(Reason::REASON_PARTY_NOT_COVERED_BY_CONSENT, "CON-11", "party", KeyText(invitee.key));
      }
    } else if (!ConsentApplies(scope, kind, moment)) {
      violations.Add(Reason::REASON_CALL_WITHOUT_CONSENT, kind == common::v1::CONSENT_KIND_PLAN ? "CON-01" : "CON-03", "",
                     common::v1::ConsentKind_Name(kind));
    }
  }
}

// Unknown birth dates count as adults': nobody is kept from deciding for herself.
bool IsAdult(const MeetingsState& state, const DecisionContext& context) {
  if (!state.facts.case_facts.has_value() || !IsValid(state.facts.case_facts->birth_date())) return true;
  return AgeOn(FromProto(state.facts.case_facts->birth_date()), LocalDay(context.occurred_at, context.zone)) >= kAdultAge;
}

bool DecisionSuffices(v1::InviteeDecision decision, rules::v1::InviteDecider decider, bool adult) {
  switch (decision) {
    case v1::INVITEE_DECISION_INDIVIDUAL:
      return decider != rules::v1::INVITE_DECIDER_GUARDIAN || adult;
    case v1::INVITEE_DECISION_GUARDIAN:
    case v1::INVITEE_DECISION_REPRESENTATIVE:
      return true;
    case v1::INVITEE_DECISION_INDIVIDUAL_WITH_STAFF:
    case v1::INVITEE_DECISION_GUARDIAN_WITH_STAFF:
      return decider == rules::v1::INVITE_DECIDER_INDIVIDUAL_TAKES_PART;
    case v1::INVITEE_DECISION_STAFF:
    default:  // Unspecified, or of a newer client.
      return false;
  }
}

void CheckDecider(const MeetingsState& state, const Invitee& invitee, const RuleSet& rule_set, const DecisionContext& context,
                  Violations& violations) {
  if (invitee.key.has_individual()) return;
  if (DecisionSuffices(invitee.decided_by, rule_set.meeting().invite_decider(), IsAdult(state, context))) return;
  violations.Add(Reason::REASON_INVITEE_NOT_DECIDED_BY_PERSON, "INV-03", "decided_by",
                 rules::v1::InviteDecider_Name(rule_set.meeting().invite_decider()));
}

void CheckPrepared(const MeetingsState& state, const Meeting& meeting, const Invitee& invitee, const RuleSet& rule_set,
                   Violations& violations) {
  if (invitee.key.has_individual()) return;
  if (rule_set.meeting().established_contact_required() && !HasEstablishedContact(state, invitee.key)) {
    violations.Add(Reason::REASON_CONTACT_NOT_ESTABLISHED, "INV-04", "party");
  }
  if (rule_set.meeting().pre_consultation_required() && meeting.consulted.count(KeyText(invitee.key)) == 0) {
    violations.Add(Reason::REASON_PRE_CONSULTATION_MISSING, "INV-05", "party");
  }
}

void CheckKin(const Invitee& invitee, Violations& violations) {
  if (!invitee.key.has_related_person_id()) return;
  switch (invitee.wished_by) {
    case common::v1::INFORMANT_INDIVIDUAL:
    case common::v1::INFORMANT_GUARDIAN:
    case common::v1::INFORMANT_REPRESENTATIVE:
      return;
    default:  // Anybody else's wish is not enough.
      violations.Add(Reason::REASON_KIN_NOT_WISHED, "INV-11", "wished_by");
  }
}

}  // namespace

bool HasEstablishedContact(const MeetingsState& state, const common::v1::PartyKey& party) {
  const auto found = state.contacts.find(KeyText(party));
  return found != state.contacts.end() && found->second.established();
}

void CheckChannel(const common::v1::PartyKey& party, common::v1::Channel channel, const RuleSet& rule_set, Violations& violations) {
  const auto& channels = rule_set.meeting().channels();
  // Only agencies have this system or one that is connected with it.
  const bool reaches = channel != common::v1::CHANNEL_SYSTEM || party.has_agency_id();
  if (reaches && std::find(channels.begin(), channels.end(), channel) != channels.end()) return;
  violations.Add(Reason::REASON_CALL_CHANNEL_NOT_ALLOWED, "INV-06", "channel",
                 common::v1::Channel_IsValid(channel) ? common::v1::Channel_Name(channel) : std::string());
}

void CheckInvitee(const MeetingsState& state, const Meeting& meeting, const Invitee& invitee, const RuleSet& rule_set,
                  const DecisionContext& context, Violations& violations) {
  const std::optional<Obligation> obligation = DutyOf(invitee.party, rule_set, *context.agencies, violations);
  if (obligation.has_value()) CheckDuty(invitee, *obligation, meeting.planned.kind(), violations);
  CheckConsent(state, invitee, rule_set, context, violations);
  CheckDecider(state, invitee, rule_set, context, violations);
  CheckPrepared(state, meeting, invitee, rule_set, violations);
  CheckChannel(invitee.key, invitee.channel, rule_set, violations);
  CheckKin(invitee, violations);
}

}  // namespace sip::meetings
