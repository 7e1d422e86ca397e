#include "services/meetings/domain/calls.h"

#include <algorithm>
#include <string>
#include <vector>

#include "libs/domain/checks.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/meetings/domain/decide.h"
#include "services/meetings/domain/invitee_rules.h"

namespace sip::meetings {
namespace {

using common::v1::Party;
using common::v1::PartyKey;

// Calls go to units and persons: two nurses of one region are two invitees.
bool SameInvitee(const Party& a, const Party& b) {
  if (a.has_staff() && b.has_staff()) {
    return Same(a.staff().unit(), b.staff().unit()) && a.staff().name() == b.staff().name() &&
           a.staff().title() == b.staff().title();
  }
  const std::vector<PartyKey> keys_a = KeysOf(a);
  const std::vector<PartyKey> keys_b = KeysOf(b);
  return keys_a.size() == 1 && keys_b.size() == 1 && SameParty(keys_a[0], keys_b[0]);
}

const Call* ActiveCallOf(const Meeting& meeting, const Party& party) {
  for (const auto& [call_id, call] : meeting.calls) {
    if (!call.withdrawn && SameInvitee(call.called.party(), party)) return &call;
  }
  return nullptr;
}

// What the caller says, or else what the meeting's plan says for the party.
std::string PreparationFor(const Meeting& meeting, const PartyKey& key, const std::string& given) {
  if (!given.empty()) return given;
  for (const v1::Preparation& preparation : meeting.planned.preparations()) {
    if (SameParty(preparation.party(), key)) return preparation.instructions();
  }
  return "";
}

// CallParty and InviteParty have the same fields but for the kin's.
template <typename Request>
Decision<v1::MeetingEvent> DecideCall(const MeetingsState& state, const Request& request, bool binding,
                                      common::v1::Informant wished_by, const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  Violations violations;
  const rules::v1::RuleSet* rule_set = CaseRules(state, context, violations);
  if (rule_set == nullptr) return violations.ToRejection();
  const std::vector<PartyKey> keys = KeysOf(request.party());
  if (keys.size() != 1 || request.party().has_team()) {
    return Reject(Reason::REASON_FIELD_INVALID, "INV-12", "party", "Call the members of a team one by one.");
  }
  v1::PartyCalled called;
  called.set_meeting_id(request.meeting_id());
  called.set_call_id(ChosenOrMinted(request.call_id(), "call", context).ToString());
  *called.mutable_party() = request.party();
  *called.mutable_party_key() = keys[0];
  called.set_binding(binding);
  called.set_channel(request.channel());
  called.set_decided_by(request.decided_by());
  called.set_contact_established(HasEstablishedContact(state, keys[0]));
  called.set_preparation(PreparationFor(*meeting, keys[0], request.preparation()));
  called.set_meeting_kind(meeting->planned.kind());
  *called.mutable_starts_at() = ToProto(meeting->starts_at);

  if (const Call* active = ActiveCallOf(*meeting, request.party()); active != nullptr) {
    const bool same = active->called.binding() == binding && active->called.channel() == request.channel() &&
                      active->called.decided_by() == request.decided_by() &&
                      (request.call_id().empty() || request.call_id() == active->called.call_id()) &&
                      active->called.preparation() == called.preparation();
    if (same) return NothingNew();
    violations.Add(Reason::REASON_PARTY_ALREADY_CALLED, "INV-12", "party", active->called.call_id());
  } else if (FindCall(*meeting, called.call_id()) != nullptr) {
    violations.Add(Reason::REASON_ID_TAKEN, "", "call_id");
  }
  CheckCaseOpen(state, violations);
  CheckStillPlanned(*meeting, violations);
  CheckOccurredAt(context, meeting->latest.EffectiveIn(context.zone), violations);
  const Invitee invitee{request.party(), keys[0], binding, request.channel(), request.decided_by(), wished_by};
  CheckInvitee(state, *meeting, invitee, *rule_set, context, violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_party_called() = std::move(called); });
}

// A call as its caller may see it.
struct SeenCall {
  const Meeting* meeting = nullptr;
  const Call* call = nullptr;  // Null: nothing to be seen.
  bool own = false;            // The acting agency is the one that is called.
};

template <typename Request>
SeenCall SeeCall(const MeetingsState& state, const Request& request, const DecisionContext& context) {
  SeenCall seen;
  seen.meeting = FindMeeting(state, request.meeting_id());
  if (seen.meeting == nullptr) return seen;
  const Call* call = FindCall(*seen.meeting, request.call_id());
  if (call == nullptr) return seen;
  const std::string& agency_id = context.actor.agency_id();
  seen.own = !agency_id.empty() && call->called.party_key().agency_id() == agency_id;
  if (seen.own || IsParty(state.facts, agency_id)) seen.call = call;
  return seen;
}

void CheckCallHolds(const SeenCall& seen, Violations& violations) {
  if (seen.meeting->phase == MeetingPhase::kCancelled) violations.Add(Reason::REASON_MEETING_IS_CANCELLED, "");
  if (seen.call->withdrawn) violations.Add(Reason::REASON_CALL_IS_WITHDRAWN, "", "call_id");
}

// Whoever records for another must say how the other told it.
void CheckToldBy(const SeenCall& seen, common::v1::Channel told_by, Violations& violations) {
  if (!seen.own && told_by == common::v1::CHANNEL_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-09", "told_by");
  }
}

v1::CallAnswered AnsweredFrom(const v1::AnswerCallRequest& request, const Call& call) {
  v1::CallAnswered answered;
  answered.set_meeting_id(request.meeting_id());
  answered.set_call_id(request.call_id());
  *answered.mutable_party() = call.called.party_key();
  answered.set_answer(request.answer());
  answered.set_reason(request.reason());
  answered.set_mode(request.mode());
  if (request.has_representative()) *answered.mutable_representative() = request.representative();
  answered.set_told_by(request.told_by());
  answered.set_declined_although_obliged(call.called.binding() && request.answer() == v1::CALL_ANSWER_DECLINED);
  return answered;
}

void CheckAnswer(const v1::AnswerCallRequest& request, const Call& call, Violations& violations) {
  if (request.answer() == v1::CALL_ANSWER_UNSPECIFIED || !v1::CallAnswer_IsValid(request.answer())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", "answer");
  }
  if (call.called.binding() && request.answer() == v1::CALL_ANSWER_DECLINED && request.reason().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-09", "reason");
  }
  if (request.has_representative() && request.representative().unit().agency_id() != call.called.party_key().agency_id()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", "representative.unit.agency_id", "Not the called agency.");
  }
}

}  // namespace

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::CallPartyRequest& request, const DecisionContext& context) {
  return DecideCall(state, request, true, common::v1::INFORMANT_UNSPECIFIED, context);
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::InvitePartyRequest& request,
                                  const DecisionContext& context) {
  return DecideCall(state, request, false, request.wished_by(), context);
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordDeliveryRequest& request,
                                  const DecisionContext& context) {
  const SeenCall seen = SeeCall(state, request, context);
  if (seen.call == nullptr || !IsParty(state.facts, context.actor.agency_id())) return NotDisclosed();
  v1::DeliveryRecorded recorded;
  recorded.set_meeting_id(request.meeting_id());
  recorded.set_call_id(request.call_id());
  recorded.set_step(request.step());
  recorded.set_channel(request.channel());
  recorded.set_proof(request.proof());
  if (request.has_document()) *recorded.mutable_document() = request.document();
  const auto same = [&](const v1::DeliveryRecorded& known) { return Same(known, recorded); };
  if (std::any_of(seen.call->deliveries.begin(), seen.call->deliveries.end(), same)) return NothingNew();
  Violations violations;
  const rules::v1::RuleSet* rule_set = CaseRules(state, context, violations);
  CheckCallHolds(seen, violations);
  CheckOccurredAt(context, seen.call->latest.EffectiveIn(context.zone), violations);
  if (request.step() == v1::DELIVERY_STEP_UNSPECIFIED || !v1::DeliveryStep_IsValid(request.step())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "INV-06", "step");
  }
  if (rule_set != nullptr) CheckChannel(seen.call->called.party_key(), request.channel(), *rule_set, violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_delivery_recorded() = std::move(recorded); });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::AcknowledgeCallRequest& request,
                                  const DecisionContext& context) {
  const SeenCall seen = SeeCall(state, request, context);
  if (seen.call == nullptr) return NotDisclosed();
  Violations violations;
  CheckCallHolds(seen, violations);
  if (violations.empty() && seen.call->acknowledged) return NothingNew();
  CheckOccurredAt(context, seen.call->latest.EffectiveIn(context.zone), violations);
  CheckToldBy(seen, request.told_by(), violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) {
    v1::CallAcknowledged& acknowledged = *event.mutable_call_acknowledged();
    acknowledged.set_meeting_id(request.meeting_id());
    acknowledged.set_call_id(request.call_id());
    acknowledged.set_told_by(request.told_by());
  });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::AnswerCallRequest& request,
                                  const DecisionContext& context) {
  const SeenCall seen = SeeCall(state, request, context);
  if (seen.call == nullptr) return NotDisclosed();
  v1::CallAnswered answered = AnsweredFrom(request, *seen.call);
  if (seen.call->answer.has_value() && Same(*seen.call->answer, answered)) return NothingNew();
  Violations violations;
  CheckCallHolds(seen, violations);
  if (seen.meeting->phase == MeetingPhase::kHeld) violations.Add(Reason::REASON_MEETING_ALREADY_HELD, "");
  CheckOccurredAt(context, seen.call->latest.EffectiveIn(context.zone), violations);
  CheckToldBy(seen, request.told_by(), violations);
  CheckAnswer(request, *seen.call, violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_call_answered() = std::move(answered); });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::WithdrawCallRequest& request,
                                  const DecisionContext& context) {
  const SeenCall seen = SeeCall(state, request, context);
  if (seen.call == nullptr || !IsParty(state.facts, context.actor.agency_id())) return NotDisclosed();
  if (seen.call->withdrawn) return NothingNew();
  Violations violations;
  CheckStillPlanned(*seen.meeting, violations);
  CheckOccurredAt(context, std::nullopt, violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) {
    v1::CallWithdrawn& withdrawn = *event.mutable_call_withdrawn();
    withdrawn.set_meeting_id(request.meeting_id());
    withdrawn.set_call_id(request.call_id());
    *withdrawn.mutable_party() = seen.call->called.party_key();
    withdrawn.set_binding(seen.call->called.binding());
    withdrawn.set_cause(v1::CALL_WITHDRAWAL_CAUSE_CALLER);
    withdrawn.set_reason(request.reason());
  });
}

}  // namespace sip::meetings
