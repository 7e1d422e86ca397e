#include "services/meetings/server/meeting_service.h"

#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/meetings/v1/meeting_service.pb.h"

namespace sip {

namespace v1 = meetings::v1;

namespace {

void RespondRecordMeetingHeld(const RecordedCommand& record, v1::RecordMeetingHeldResponse& response) {
  for (const RecordedEvent& recorded : record.events) {
    const auto& event = static_cast<const v1::MeetingEvent&>(*recorded.event);
    if (!event.has_meeting_held()) continue;
    for (const v1::RecordedAttendance& attendance : event.meeting_held().attendance()) {
      if (!attendance.called() || attendance.present() || attendance.absence_notified()) continue;
      v1::CalledParty& absent = *response.add_absent_without_notice();
      absent.set_call_id(attendance.call_id());
      *absent.mutable_party() = attendance.party_key();
      absent.set_binding(true);
    }
  }
}

}  // namespace

std::unique_ptr<RpcService> NewMeetingService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>("sip.meetings.v1.MeetingService", environment);
  const auto commands = service->CommandsOf<v1::MeetingCommand>(executor);
  commands.Add<v1::PlanMeetingRequest, v1::PlanMeetingResponse>("PlanMeeting");
  commands.Add<v1::RecordPreConsultationRequest, v1::RecordPreConsultationResponse>("RecordPreConsultation");
  commands.Add<v1::ConfirmContactRequest, v1::ConfirmContactResponse>("ConfirmContact");
  commands.Add<v1::CallPartyRequest, v1::CallPartyResponse>("CallParty", {.fresh = true});
  commands.Add<v1::InvitePartyRequest, v1::InvitePartyResponse>("InviteParty", {.fresh = true});
  commands.Add<v1::RecordDeliveryRequest, v1::RecordDeliveryResponse>("RecordDelivery");
  commands.Add<v1::AcknowledgeCallRequest, v1::AcknowledgeCallResponse>("AcknowledgeCall");
  commands.Add<v1::AnswerCallRequest, v1::AnswerCallResponse>("AnswerCall");
  commands.Add<v1::WithdrawCallRequest, v1::WithdrawCallResponse>("WithdrawCall");
  commands.Add<v1::RescheduleMeetingRequest, v1::RescheduleMeetingResponse>("RescheduleMeeting");
  commands.Add<v1::CancelMeetingRequest, v1::CancelMeetingResponse>("CancelMeeting");
  commands.Add<v1::RecordMeetingHeldRequest, v1::RecordMeetingHeldResponse>("RecordMeetingHeld",
                                                                            {.respond = RespondRecordMeetingHeld});
  return service;
}

}  // namespace sip
