#include "libs/domain/meeting_import.h"

#include <optional>

#include "google/protobuf/message.h"
#include "libs/eventsourcing/occurred.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {
namespace {

using common::v1::FactEvent;
using meetings::v1::MeetingEvent;

google::protobuf::Timestamp WhenOf(const RecordedCommand& foreign, absl::TimeZone zone) {
  const common::v1::Occurred& occurred = foreign.header->occurred_at();
  return ToProto(IsValid(occurred) ? EffectiveTime(occurred, zone) : foreign.recorded_at);
}

FactEvent CallFact(const std::string& meeting_id, const common::v1::PartyKey& party, bool binding, bool withdrawn,
                   google::protobuf::Timestamp occurred_at) {
  FactEvent fact;
  common::v1::MeetingCallImported& call = *fact.mutable_meeting_call_imported();
  call.set_meeting_id(meeting_id);
  *call.mutable_party() = party;
  call.set_binding(binding);
  call.set_withdrawn(withdrawn);
  *call.mutable_occurred_at() = std::move(occurred_at);
  return fact;
}

// `Planned` is MeetingPlanned, MeetingRescheduled or MeetingCancelled.
template <typename Planned>
FactEvent TimeFact(const Planned& planned, bool cancelled) {
  FactEvent fact;
  common::v1::MeetingTimeImported& time = *fact.mutable_meeting_time_imported();
  time.set_meeting_id(planned.meeting_id());
  time.set_follow_up_of_plan_id(planned.follow_up_of_plan_id());
  *time.mutable_starts_at() = planned.starts_at();
  time.set_cancelled(cancelled);
  time.set_sip_meeting(planned.kind() == meetings::v1::MEETING_KIND_SIP);
  return fact;
}

std::optional<FactEvent> FactOf(const MeetingEvent& event, const RecordedCommand& foreign, absl::TimeZone zone) {
  switch (event.kind_case()) {
    case MeetingEvent::kPartyCalled: {
      const meetings::v1::PartyCalled& called = event.party_called();
      return CallFact(called.meeting_id(), called.party_key(), called.binding(), /*withdrawn=*/false, WhenOf(foreign, zone));
    }
    case MeetingEvent::kCallWithdrawn: {
      const meetings::v1::CallWithdrawn& withdrawn = event.call_withdrawn();
      return CallFact(withdrawn.meeting_id(), withdrawn.party(), withdrawn.binding(), /*withdrawn=*/true, WhenOf(foreign, zone));
    }
    case MeetingEvent::kMeetingPlanned:
      return TimeFact(event.meeting_planned(), /*cancelled=*/false);
    case MeetingEvent::kMeetingRescheduled:
      return TimeFact(event.meeting_rescheduled(), /*cancelled=*/false);
    case MeetingEvent::kMeetingCancelled:
      return TimeFact(event.meeting_cancelled(), /*cancelled=*/true);
    case MeetingEvent::kMeetingHeld:
      return MeetingHeldFact(event.meeting_held());
    case MeetingEvent::kPreConsultationRecorded:
    case MeetingEvent::kContactConfirmed:
    case MeetingEvent::kDeliveryRecorded:
    case MeetingEvent::kCallAcknowledged:
    case MeetingEvent::kCallAnswered:
    case MeetingEvent::KIND_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

FactEvent MeetingHeldFact(const meetings::v1::MeetingHeld& held) {
  FactEvent fact;
  common::v1::MeetingHeldImported& imported = *fact.mutable_meeting_held_imported();
  imported.set_meeting_id(held.meeting_id());
  imported.set_follow_up_of_plan_id(held.follow_up_of_plan_id());
  *imported.mutable_held_at() = held.started_at();
  imported.set_sip_meeting(held.kind() == meetings::v1::MEETING_KIND_SIP);
  for (const meetings::v1::RecordedAttendance& recorded : held.attendance()) {
    common::v1::Attendance& attendance = *imported.add_attendance();
    *attendance.mutable_party() = recorded.party_key();
    attendance.set_present(recorded.present());
    attendance.set_called(recorded.called());
    attendance.set_absence_notified(recorded.absence_notified());
  }
  return fact;
}

std::vector<FactEvent> MeetingFactsIn(const RecordedCommand& foreign, absl::TimeZone zone) {
  std::vector<FactEvent> facts;
  if (foreign.log_name != kMeetingLogName) return facts;
  for (const RecordedEvent& recorded : foreign.events) {
    const auto* event = google::protobuf::DynamicCastToGenerated<MeetingEvent>(recorded.event.get());
    if (event == nullptr) continue;
    if (auto fact = FactOf(*event, foreign, zone); fact.has_value()) facts.push_back(*std::move(fact));
  }
  return facts;
}

std::vector<std::string> MeetingCallKinds() {
  return {meetings::v1::PartyCalled::descriptor()->full_name(), meetings::v1::CallWithdrawn::descriptor()->full_name()};
}

std::vector<std::string> MeetingTimeKinds() {
  return {meetings::v1::MeetingPlanned::descriptor()->full_name(), meetings::v1::MeetingRescheduled::descriptor()->full_name(),
          meetings::v1::MeetingCancelled::descriptor()->full_name()};
}

std::vector<std::string> MeetingHeldKinds() { return {meetings::v1::MeetingHeld::descriptor()->full_name()}; }

}  // namespace sip
