#include "tests/simulation/consents_context.h"

#include "absl/strings/match.h"
#include "libs/domain/facts.h"

namespace sip {
namespace {

using common::v1::FactEvent;

FactEvent Granted(const std::string& text) {
  FactEvent event;
  event.mutable_consent_scope_imported()->mutable_scope()->add_grants()->set_consent_id(text);
  return event;
}

FactEvent Withdrawn() {
  FactEvent event;
  event.mutable_consent_scope_imported()->mutable_scope()->set_withdrawn_as_a_whole(true);
  return event;
}

}  // namespace

StreamId ConsentDecider::StreamOf(const Command&, const DecisionContext& context) { return StreamId{"consent", context.case_id}; }

Decision<FactEvent> ConsentDecider::Decide(const State& state, const Command& command, const DecisionContext&) {
  switch (command.kind_case()) {
    case Command::kWriteNote:
      if (!state.withdrawn && state.granted == command.write_note().text()) return std::vector<FactEvent>{};
      return std::vector<FactEvent>{Granted(command.write_note().text())};
    case Command::kEraseNote:
      if (state.withdrawn) return std::vector<FactEvent>{};
      if (state.granted.empty()) return Reject(common::v1::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
      return std::vector<FactEvent>{Withdrawn()};
    case Command::KIND_NOT_SET:
      break;
  }
  return Reject(common::v1::REASON_REQUEST_MALFORMED);
}

void ConsentDecider::Evolve(State& state, const StreamId&, const Event& event, const EventMeta&) {
  if (event.has_meeting_held_imported()) state.notes.insert(event.meeting_held_imported().meeting_id());
  if (!event.has_consent_scope_imported()) return;
  const common::v1::ConsentScope& scope = event.consent_scope_imported().scope();
  state.withdrawn = scope.withdrawn_as_a_whole();
  state.granted = scope.grants().empty() ? "" : scope.grants(0).consent_id();
}

std::vector<ImportedKind> ConsentsReaction::Imports() {
  return {{"sip.notes", "sip.sample.v1.NoteWritten", {"sip.common.v1.MeetingHeldImported"}}};
}

std::vector<NewEvent> ConsentsReaction::React(const State&, const RecordedCommand& foreign, const DecisionContext& context) {
  std::vector<NewEvent> events;
  for (const RecordedEvent& recorded : foreign.events) {
    if (recorded.event->GetDescriptor() != sample::v1::NoteEvent::descriptor()) continue;
    const auto& note = static_cast<const sample::v1::NoteEvent&>(*recorded.event);
    if (!note.has_note_written() || absl::StartsWith(note.note_written().text(), "quiet")) continue;
    FactEvent event;
    event.mutable_meeting_held_imported()->set_meeting_id(note.note_written().note_id());
    events.push_back(MakeNewEvent(FactsStream(context.case_id), std::move(event)));
  }
  return events;
}

}  // namespace sip
