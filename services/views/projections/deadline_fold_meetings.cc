// DL-03: how long a meeting should last at most, from its start.
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/deadline_folds.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {
namespace {

using google::protobuf::Timestamp;
using meetings::v1::MeetingEvent;
using views::v1::DeadlineRow;

std::string DeadlineIdOf(const std::string& meeting_id) { return absl::StrCat("dl-03.", meeting_id); }

// The end moves with the start; the length stays.
void StartAt(const Timestamp& starts_at, DeadlineRow& row) {
  const absl::Duration length = FromProto(row.due_at()) - FromProto(row.started_at().instant());
  *row.mutable_started_at()->mutable_instant() = starts_at;
  *row.mutable_due_at() = ToProto(FromProto(starts_at) + length);
}

void Planned(const meetings::v1::MeetingPlanned& event, DeadlineBook& book) {
  if (event.max_minutes() == 0) return;
  DeadlineRow row;
  row.set_deadline_id(DeadlineIdOf(event.meeting_id()));
  row.set_rule("DL-03");
  row.set_weight(rules::v1::LEGAL_WEIGHT_RECOMMENDATION);
  row.set_started_by(event.GetDescriptor()->full_name());
  *row.mutable_started_at()->mutable_instant() = event.starts_at();
  *row.mutable_due_at() = ToProto(FromProto(event.starts_at()) + absl::Minutes(event.max_minutes()));
  row.set_meeting_id(event.meeting_id());
  row.set_plan_id(event.follow_up_of_plan_id());
  row.set_computed_by(absl::StrCat("meeting.max_minutes = ", event.max_minutes()));
  *row.mutable_planned_at() = event.starts_at();
  *row.mutable_unit() = event.convenor().unit();
  book.Put(std::move(row));
}

void Rescheduled(const meetings::v1::MeetingRescheduled& event, DeadlineBook& book) {
  auto row = book.Find(DeadlineIdOf(event.meeting_id()));
  if (!row.has_value()) return;
  StartAt(event.starts_at(), *row);
  *row->mutable_planned_at() = event.starts_at();
  book.Put(*std::move(row));
}

void Held(const meetings::v1::MeetingHeld& event, DeadlineBook& book) {
  auto row = book.Find(DeadlineIdOf(event.meeting_id()));
  if (!row.has_value()) return;
  StartAt(event.started_at(), *row);
  row->set_started_by(event.GetDescriptor()->full_name());
  row->set_stopped_by(event.GetDescriptor()->full_name());
  *row->mutable_stopped_at()->mutable_instant() = event.ended_at();
  book.Put(*std::move(row));
}

// Only what sets or moves a meeting's start and end.
void Fold(const MeetingEvent& event, DeadlineBook& book) {
  if (event.has_meeting_planned()) Planned(event.meeting_planned(), book);
  if (event.has_meeting_rescheduled()) Rescheduled(event.meeting_rescheduled(), book);
  if (event.has_meeting_held()) Held(event.meeting_held(), book);
  if (event.has_meeting_cancelled()) {
    book.Lapse(DeadlineIdOf(event.meeting_cancelled().meeting_id()), views::v1::DEADLINE_LAPSE_MEETING_CANCELLED);
  }
}

}  // namespace

void FoldMeetingsRecord(DeadlineBook& book) {
  for (const RecordedEvent& recorded : book.record().events) {
    const google::protobuf::Message* message = recorded.event.get();
    if (const auto* event = google::protobuf::DynamicCastToGenerated<MeetingEvent>(message); event != nullptr) {
      Fold(*event, book);
    } else if (const auto* fact = google::protobuf::DynamicCastToGenerated<common::v1::FactEvent>(message);
               fact != nullptr && fact->has_case_facts_imported()) {
      book.SetParties(fact->case_facts_imported().facts());
    }
  }
}

}  // namespace sip
