#include "services/meetings/domain/meeting.h"

#include "services/meetings/domain/calls.h"
#include "services/meetings/domain/decide.h"
#include "services/meetings/domain/held.h"
#include "services/meetings/domain/preparation.h"
#include "services/meetings/domain/schedule.h"

namespace sip {
namespace {

using meetings::v1::MeetingCommand;

// Nil for what is no id: no meeting has it.
Uuid MeetingOf(const MeetingCommand& command, const DecisionContext& context) {
  const auto given = [](const auto& request) { return Uuid::Parse(request.meeting_id()).value_or(Uuid()); };
  switch (command.kind_case()) {
    case MeetingCommand::kPlanMeeting:
      return meetings::ChosenOrMinted(command.plan_meeting().meeting_id(), "meeting", context);
    case MeetingCommand::kRecordPreConsultation:
      return given(command.record_pre_consultation());
    case MeetingCommand::kConfirmContact:
      return given(command.confirm_contact());
    case MeetingCommand::kCallParty:
      return given(command.call_party());
    case MeetingCommand::kInviteParty:
      return given(command.invite_party());
    case MeetingCommand::kRecordDelivery:
      return given(command.record_delivery());
    case MeetingCommand::kAcknowledgeCall:
      return given(command.acknowledge_call());
    case MeetingCommand::kAnswerCall:
      return given(command.answer_call());
    case MeetingCommand::kWithdrawCall:
      return given(command.withdraw_call());
    case MeetingCommand::kRescheduleMeeting:
      return given(command.reschedule_meeting());
    case MeetingCommand::kCancelMeeting:
      return given(command.cancel_meeting());
    case MeetingCommand::kRecordMeetingHeld:
      return given(command.record_meeting_held());
    case MeetingCommand::KIND_NOT_SET:
      break;
  }
  return Uuid();
}

}  // namespace

StreamId MeetingStream(const Uuid& meeting_id) { return StreamId{"meeting", meeting_id}; }

StreamId MeetingDecider::StreamOf(const Command& command, const DecisionContext& context) {
  return MeetingStream(MeetingOf(command, context));
}

Decision<MeetingDecider::Event> MeetingDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  switch (command.kind_case()) {
    case Command::kPlanMeeting:
      return meetings::Decide(state, command.plan_meeting(), context);
    case Command::kRecordPreConsultation:
      return meetings::Decide(state, command.record_pre_consultation(), context);
    case Command::kConfirmContact:
      return meetings::Decide(state, command.confirm_contact(), context);
    case Command::kCallParty:
      return meetings::Decide(state, command.call_party(), context);
    case Command::kInviteParty:
      return meetings::Decide(state, command.invite_party(), context);
    case Command::kRecordDelivery:
      return meetings::Decide(state, command.record_delivery(), context);
    case Command::kAcknowledgeCall:
      return meetings::Decide(state, command.acknowledge_call(), context);
    case Command::kAnswerCall:
      return meetings::Decide(state, command.answer_call(), context);
    case Command::kWithdrawCall:
      return meetings::Decide(state, command.withdraw_call(), context);
    case Command::kRescheduleMeeting:
      return meetings::Decide(state, command.reschedule_meeting(), context);
    case Command::kCancelMeeting:
      return meetings::Decide(state, command.cancel_meeting(), context);
    case Command::kRecordMeetingHeld:
      return meetings::Decide(state, command.record_meeting_held(), context);
    case Command::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void MeetingDecider::Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta) {
  meetings::ApplyMeetingEvent(state, stream.id, event, meta);
}

}  // namespace sip
