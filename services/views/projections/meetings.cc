#include "services/views/projections/meetings.h"

#include <algorithm>
#include <map>
#include <optional>

#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/rows.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {
namespace {

using meetings::v1::MeetingEvent;
using views::v1::CallRow;
using views::v1::CallStatus;
using views::v1::MeetingRow;

CallRow& CallOf(const std::string& call_id, MeetingRow& row) {
  for (CallRow& known : *row.mutable_calls()) {
    if (known.called().call_id() == call_id) return known;
  }
  CallRow& call = *row.add_calls();
  call.mutable_called()->set_call_id(call_id);
  return call;
}

// Of its way, the furthest step is shown: a letter that is recorded late does not take an answer back.
void Advance(CallStatus status, CallRow& call) { call.set_status(std::max(call.status(), status)); }

CallStatus StatusOf(meetings::v1::DeliveryStep step) {
  switch (static_cast<int>(step)) {
    case meetings::v1::DELIVERY_STEP_DISPATCHED:
      return views::v1::CALL_STATUS_DISPATCHED;
    case meetings::v1::DELIVERY_STEP_DELIVERED:
      return views::v1::CALL_STATUS_DELIVERED;
    case meetings::v1::DELIVERY_STEP_OPENED:
      return views::v1::CALL_STATUS_OPENED;
    default:
      return views::v1::CALL_STATUS_MADE;
  }
}

// How far the call has come without its answer.
CallStatus StatusWithoutAnswer(const CallRow& call) {
  if (call.has_acknowledged_at()) return views::v1::CALL_STATUS_ACKNOWLEDGED;
  CallStatus furthest = views::v1::CALL_STATUS_MADE;
  for (const meetings::v1::DeliveryRecorded& delivery : call.deliveries()) furthest = std::max(furthest, StatusOf(delivery.step()));
  return furthest;
}

void ApplyPlanned(const meetings::v1::MeetingPlanned& event, MeetingRow& row) {
  row.set_status(views::v1::MEETING_STATUS_PLANNED);
  *row.mutable_planned() = event;
  *row.mutable_starts_at() = event.starts_at();
  *row.mutable_ends_at() = event.ends_at();
  *row.mutable_place() = event.place();
}

void ApplyContact(const meetings::v1::ContactConfirmed& event, MeetingRow& row) {
  for (meetings::v1::ContactConfirmed& known : *row.mutable_contacts()) {
    if (!SameParty(known.party(), event.party())) continue;
    known = event;
    return;
  }
  *row.add_contacts() = event;
}

void ApplyCalled(const meetings::v1::PartyCalled& event, const RecordedCommand& record, MeetingRow& row) {
  CallRow& call = CallOf(event.call_id(), row);
  *call.mutable_called() = event;
  call.set_status(views::v1::CALL_STATUS_MADE);
  *call.mutable_called_at() = OccurredAt(record);
}

void ApplyDelivery(const meetings::v1::DeliveryRecorded& event, MeetingRow& row) {
  CallRow& call = CallOf(event.call_id(), row);
  *call.add_deliveries() = event;
  Advance(StatusOf(event.step()), call);
}

void ApplyAcknowledged(const meetings::v1::CallAcknowledged& event, const RecordedCommand& record, MeetingRow& row) {
  CallRow& call = CallOf(event.call_id(), row);
  *call.mutable_acknowledged_at() = OccurredAt(record);
  Advance(views::v1::CALL_STATUS_ACKNOWLEDGED, call);
}

void ApplyAnswered(const meetings::v1::CallAnswered& event, const RecordedCommand& record, MeetingRow& row) {
  CallRow& call = CallOf(event.call_id(), row);
  *call.mutable_answer() = event;
  *call.mutable_answered_at() = OccurredAt(record);
  call.set_status(event.answer() == meetings::v1::CALL_ANSWER_DECLINED ? views::v1::CALL_STATUS_DECLINED
                                                                       : views::v1::CALL_STATUS_ACCEPTED);
}

void ApplyRescheduled(const meetings::v1::MeetingRescheduled& event, MeetingRow& row) {
  *row.mutable_starts_at() = event.starts_at();
  *row.mutable_ends_at() = event.ends_at();
  if (event.has_place()) *row.mutable_place() = event.place();
  row.set_times_moved(row.times_moved() + 1);
  for (CallRow& call : *row.mutable_calls()) {
    call.clear_answer();
    call.clear_answered_at();
    if (!call.has_withdrawn()) call.set_status(StatusWithoutAnswer(call));
  }
}

void ApplyEvent(const MeetingEvent& event, const RecordedCommand& record, MeetingRow& row) {
  switch (event.kind_case()) {
    case MeetingEvent::kMeetingPlanned:
      return ApplyPlanned(event.meeting_planned(), row);
    case MeetingEvent::kPreConsultationRecorded:
      *row.add_pre_consultations() = event.pre_consultation_recorded();
      return;
    case MeetingEvent::kContactConfirmed:
      return ApplyContact(event.contact_confirmed(), row);
    case MeetingEvent::kPartyCalled:
      return ApplyCalled(event.party_called(), record, row);
    case MeetingEvent::kDeliveryRecorded:
      return ApplyDelivery(event.delivery_recorded(), row);
    case MeetingEvent::kCallAcknowledged:
      return ApplyAcknowledged(event.call_acknowledged(), record, row);
    case MeetingEvent::kCallAnswered:
      return ApplyAnswered(event.call_answered(), record, row);
    case MeetingEvent::kCallWithdrawn: {
      CallRow& call = CallOf(event.call_withdrawn().call_id(), row);
      *call.mutable_withdrawn() = event.call_withdrawn();
      call.set_status(views::v1::CALL_STATUS_WITHDRAWN);
      return;
    }
    case MeetingEvent::kMeetingRescheduled:
      return ApplyRescheduled(event.meeting_rescheduled(), row);
    case MeetingEvent::kMeetingCancelled:
      row.set_status(views::v1::MEETING_STATUS_CANCELLED);
      *row.mutable_cancelled() = event.meeting_cancelled();
      return;
    case MeetingEvent::kMeetingHeld:
      row.set_status(views::v1::MEETING_STATUS_HELD);
      *row.mutable_held() = event.meeting_held();
      return;
    case MeetingEvent::KIND_NOT_SET:
      return;
  }
}

}  // namespace

void MeetingsProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value()) return;
  std::map<std::string, MeetingRow> rows;  // By meeting id: a reaction writes several meetings in one record.
  for (const RecordedEvent& recorded : record.events) {
    PutImportedFacts(recorded, FactsKey("facts", *case_id), view);
    const auto* event = google::protobuf::DynamicCastToGenerated<MeetingEvent>(recorded.event.get());
    if (event == nullptr) continue;
    const std::string meeting_id = recorded.stream.id.ToString();
    if (rows.count(meeting_id) == 0) {
      const std::optional<MeetingRow> stored = GetRow<MeetingRow>(view, MeetingRowKey(*case_id, meeting_id));
      if (stored.has_value() && IsApplied(*stored, record)) continue;
      rows[meeting_id] = stored.value_or(MeetingRow());
    }
    MeetingRow& row = rows[meeting_id];
    row.set_case_id(*case_id);
    row.set_meeting_id(meeting_id);
    ApplyEvent(*event, record, row);
    row.set_stream_version(recorded.version);
    *row.mutable_recorded_at() = ToProto(record.recorded_at);
  }
  for (const auto& [meeting_id, row] : rows) PutRow(view, MeetingRowKey(*case_id, meeting_id), row);
}

std::string MeetingRowKey(absl::string_view case_id, absl::string_view meeting_id) {
  return RowKey({"meeting", case_id, meeting_id});
}

}  // namespace sip
