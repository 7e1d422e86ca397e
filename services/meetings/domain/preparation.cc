#include "services/meetings/domain/preparation.h"

#include "libs/domain/checks.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/meetings/domain/decide.h"

namespace sip::meetings {
namespace {

bool NamesSomebody(const google::protobuf::RepeatedPtrField<common::v1::Party>& parties) {
  for (const common::v1::Party& party : parties) {
    if (!KeysOf(party).empty()) return true;
  }
  return false;
}

}  // namespace

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordPreConsultationRequest& request,
                                  const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  Violations violations;
  CheckCaseOpen(state, violations);
  CheckStillPlanned(*meeting, violations);
  CheckOccurredAt(context, std::nullopt, violations);
  if (!NamesSomebody(request.consulted())) violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-01", "consulted");
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) {
    v1::PreConsultationRecorded& recorded = *event.mutable_pre_consultation_recorded();
    recorded.set_meeting_id(request.meeting_id());
    *recorded.mutable_consulted() = request.consulted();
    recorded.set_channel(request.channel());
    recorded.set_topics(request.topics());
    *recorded.mutable_wanted_parties() = request.wanted_parties();
    recorded.set_place_and_form(request.place_and_form());
    recorded.set_language(request.language());
    recorded.set_interpreter_needed(request.interpreter_needed());
    recorded.set_adaptations(request.adaptations());
  });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::ConfirmContactRequest& request,
                                  const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  Violations violations;
  CheckCaseOpen(state, violations);
  CheckStillPlanned(*meeting, violations);
  CheckOccurredAt(context, std::nullopt, violations);
  if (KeyText(request.party()).empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-04", "party");
  if (request.has_since()) {
    if (!IsValid(request.since())) {
      violations.Add(Reason::REASON_FIELD_INVALID, "INV-04", "since");
    } else if (IsInFuture(request.since(), context.now, kOccurredAtSkew, context.zone)) {
      violations.Add(Reason::REASON_OCCURRED_AT_IN_FUTURE, "INV-04", "since");
    }
  }
  if (!violations.empty()) return violations.ToRejection();
  v1::ContactConfirmed confirmed;
  confirmed.set_meeting_id(request.meeting_id());
  *confirmed.mutable_party() = request.party();
  confirmed.set_established(request.established());
  if (request.has_since()) *confirmed.mutable_since() = request.since();
  confirmed.set_note(request.note());
  const auto known = state.contacts.find(KeyText(request.party()));
  if (known != state.contacts.end() && Same(known->second, confirmed)) return NothingNew();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_contact_confirmed() = std::move(confirmed); });
}

}  // namespace sip::meetings
