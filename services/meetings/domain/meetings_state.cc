#include "services/meetings/domain/meetings_state.h"

#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"

namespace sip::meetings {
namespace {

void Apply(Meeting& meeting, const v1::MeetingPlanned& planned) {
  meeting.phase = MeetingPhase::kPlanned;
  meeting.planned = planned;
  meeting.starts_at = FromProto(planned.starts_at());
  meeting.ends_at = FromProto(planned.ends_at());
  meeting.place = planned.place();
}

void Apply(Meeting& meeting, const v1::PreConsultationRecorded& recorded) {
  for (const common::v1::Party& party : recorded.consulted()) {
    for (const common::v1::PartyKey& key : KeysOf(party)) meeting.consulted.insert(KeyText(key));
  }
}

void Apply(Meeting& meeting, const v1::PartyCalled& called, const EventMeta& meta) {
  Call call;
  call.called = called;
  call.latest.Note(meta.occurred_at);
  meeting.calls[called.call_id()] = std::move(call);
}

void Apply(Meeting& meeting, const v1::MeetingRescheduled& rescheduled) {
  meeting.starts_at = FromProto(rescheduled.starts_at());
  meeting.ends_at = FromProto(rescheduled.ends_at());
  if (rescheduled.has_place()) meeting.place = rescheduled.place();
  for (auto& [call_id, call] : meeting.calls) call.answer.reset();
}

}  // namespace

const Meeting* FindMeeting(const MeetingsState& state, absl::string_view meeting_id) {
  const std::optional<Uuid> id = Uuid::Parse(meeting_id);
  if (!id.has_value()) return nullptr;
  const auto found = state.meetings.find(*id);
  return found == state.meetings.end() ? nullptr : &found->second;
}

const Call* FindCall(const Meeting& meeting, absl::string_view call_id) {
  const auto found = meeting.calls.find(std::string(call_id));
  return found == meeting.calls.end() ? nullptr : &found->second;
}

std::vector<v1::CalledParty> ActiveCalls(const Meeting& meeting) {
  std::vector<v1::CalledParty> active;
  for (const auto& [call_id, call] : meeting.calls) {
    if (call.withdrawn) continue;
    v1::CalledParty& party = active.emplace_back();
    party.set_call_id(call_id);
    *party.mutable_party() = call.called.party_key();
    party.set_binding(call.called.binding());
  }
  return active;
}

void ApplyMeetingEvent(MeetingsState& state, const Uuid& meeting_id, const v1::MeetingEvent& event, const EventMeta& meta) {
  Meeting& meeting = state.meetings[meeting_id];
  const auto call = [&](const std::string& call_id) -> Call& {
    Call& found = meeting.calls[call_id];
    found.latest.Note(meta.occurred_at);
    return found;
  };
  switch (event.kind_case()) {
    case v1::MeetingEvent::kMeetingPlanned:
      Apply(meeting, event.meeting_planned());
      meeting.latest.Note(meta.occurred_at);
      break;
    case v1::MeetingEvent::kPreConsultationRecorded:
      Apply(meeting, event.pre_consultation_recorded());
      break;
    case v1::MeetingEvent::kContactConfirmed:
      state.contacts[KeyText(event.contact_confirmed().party())] = event.contact_confirmed();
      break;
    case v1::MeetingEvent::kPartyCalled:
      Apply(meeting, event.party_called(), meta);
      break;
    case v1::MeetingEvent::kDeliveryRecorded:
      call(event.delivery_recorded().call_id()).deliveries.push_back(event.delivery_recorded());
      break;
    case v1::MeetingEvent::kCallAcknowledged:
      call(event.call_acknowledged().call_id()).acknowledged = true;
      break;
    case v1::MeetingEvent::kCallAnswered:
      call(event.call_answered().call_id()).answer = event.call_answered();
      break;
    case v1::MeetingEvent::kCallWithdrawn:
      meeting.calls[event.call_withdrawn().call_id()].withdrawn = true;
      break;
    case v1::MeetingEvent::kMeetingRescheduled:
      Apply(meeting, event.meeting_rescheduled());
      meeting.latest.Note(meta.occurred_at);
      break;
    case v1::MeetingEvent::kMeetingCancelled:
      meeting.phase = MeetingPhase::kCancelled;
      break;
    case v1::MeetingEvent::kMeetingHeld:
      meeting.phase = MeetingPhase::kHeld;
      meeting.held = event.meeting_held();
      break;
    case v1::MeetingEvent::KIND_NOT_SET:
      break;
  }
}

}  // namespace sip::meetings
