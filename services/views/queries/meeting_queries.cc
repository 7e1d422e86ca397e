#include "services/views/queries/meeting_queries.h"

#include <optional>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/meetings.h"

namespace sip {
namespace {

using common::v1::PartyKey;
using meetings::v1::MeetingPlanned;
using views::v1::CallRow;
using views::v1::GetMeetingResponse;
using views::v1::MeetingRow;

// Of how it was planned, what the called party needs to come prepared.
MeetingPlanned PlannedFor(const MeetingPlanned& planned, const PartyKey& party) {
  MeetingPlanned shown;
  shown.set_meeting_id(planned.meeting_id());
  shown.set_kind(planned.kind());
  shown.set_purpose(planned.purpose());
  *shown.mutable_questions() = planned.questions();
  if (planned.has_place()) *shown.mutable_place() = planned.place();
  if (planned.has_starts_at()) *shown.mutable_starts_at() = planned.starts_at();
  if (planned.has_ends_at()) *shown.mutable_ends_at() = planned.ends_at();
  if (planned.has_convenor()) *shown.mutable_convenor() = planned.convenor();
  for (const meetings::v1::Preparation& preparation : planned.preparations()) {
    if (SameParty(preparation.party(), party)) *shown.add_preparations() = preparation;
  }
  return shown;
}

// Built up, not stripped down: a field that comes to the row later is not disclosed by itself.
MeetingRow PracticalitiesFor(const MeetingRow& meeting, const PartyKey& party) {
  MeetingRow shown;
  shown.set_case_id(meeting.case_id());
  shown.set_meeting_id(meeting.meeting_id());
  shown.set_status(meeting.status());
  if (meeting.has_planned()) *shown.mutable_planned() = PlannedFor(meeting.planned(), party);
  if (meeting.has_starts_at()) *shown.mutable_starts_at() = meeting.starts_at();
  if (meeting.has_ends_at()) *shown.mutable_ends_at() = meeting.ends_at();
  if (meeting.has_place()) *shown.mutable_place() = meeting.place();
  for (const CallRow& call : meeting.calls()) {
    const bool holds = call.status() != views::v1::CALL_STATUS_WITHDRAWN;
    if (holds && SameParty(call.called().party_key(), party)) *shown.add_calls() = call;
  }
  return shown;
}

}  // namespace

absl::StatusOr<GetMeetingResponse> GetMeeting(const RowSource& meetings, const views::v1::GetMeetingRequest& request,
                                              absl::string_view asker, bool asker_is_party) {
  SIP_ASSIGN_OR_RETURN(std::optional<MeetingRow> meeting,
                       FindRow<MeetingRow>(meetings, MeetingRowKey(request.case_id(), request.meeting_id())));
  if (meeting.has_value() && !asker_is_party) {
    meeting = PracticalitiesFor(*meeting, AgencyKey(asker));
    if (meeting->calls().empty()) meeting.reset();
  }
  if (!meeting.has_value()) {
    return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", asker_is_party ? "meeting_id" : "case_id");
  }
  GetMeetingResponse response;
  *response.mutable_meeting() = *std::move(meeting);
  return response;
}

}  // namespace sip
