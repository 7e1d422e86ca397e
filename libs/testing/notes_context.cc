#include "libs/testing/notes_context.h"

namespace sip {
namespace {

using sample::v1::NoteCommand;
using sample::v1::NoteEvent;

constexpr int kMaxRemarks = 3;

Uuid NoteIdOf(const NoteCommand& command, const DecisionContext& context) {
  const bool write = command.has_write_note();
  const std::string& chosen = write ? command.write_note().note_id() : command.erase_note().note_id();
  if (write && chosen.empty()) return context.MintId("note");
  return Uuid::Parse(chosen).value_or(Uuid());
}

Decision<NoteEvent> Write(const NotesState& state, const sample::v1::WriteNoteRequest& request, const Uuid& id) {
  Violations violations;
  const auto note = state.notes.find(id);
  if (note != state.notes.end() && note->second.erased) violations.Add(common::v1::REASON_FIELD_INVALID, "NOTE-01", "note_id");
  if (request.remarks_size() > kMaxRemarks) violations.Add(common::v1::REASON_LIMIT_EXCEEDED, "NOTE-02", "remarks");
  if (!violations.empty()) return violations.ToRejection();
  if (note != state.notes.end() && note->second.text == request.text()) return std::vector<NoteEvent>{};
  NoteEvent event;
  event.mutable_note_written()->set_note_id(id.ToString());
  event.mutable_note_written()->set_text(request.text());
  *event.mutable_note_written()->mutable_remarks() = request.remarks();
  return std::vector<NoteEvent>{event};
}

Decision<NoteEvent> Erase(const NotesState& state, const Uuid& id) {
  const auto note = state.notes.find(id);
  if (note == state.notes.end()) return Reject(common::v1::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
  if (note->second.erased) return std::vector<NoteEvent>{};
  NoteEvent event;
  event.mutable_note_erased()->set_note_id(id.ToString());
  return std::vector<NoteEvent>{event};
}

}  // namespace

StreamId NoteDecider::StreamOf(const Command& command, const DecisionContext& context) {
  return StreamId{"note", NoteIdOf(command, context)};
}

Decision<NoteEvent> NoteDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  const Uuid id = NoteIdOf(command, context);
  switch (command.kind_case()) {
    case Command::kWriteNote:
      return Write(state, command.write_note(), id);
    case Command::kEraseNote:
      return Erase(state, id);
    case Command::KIND_NOT_SET:
      break;
  }
  return Reject(common::v1::REASON_REQUEST_MALFORMED);
}

void NoteDecider::Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta) {
  NotesState::Note& note = state.notes[stream.id];
  note.version = meta.stream_version;
  switch (event.kind_case()) {
    case Event::kNoteWritten:
      note.text = event.note_written().text();
      break;
    case Event::kNoteErased:
      note.erased = true;
      break;
    case Event::KIND_NOT_SET:
      break;
  }
}

void NotesFacts::Evolve(State& state, const StreamId&, const Event& event, const EventMeta&) { ApplyFact(state.facts, event); }

std::vector<ImportedKind> NotesReaction::Imports() {
  return {
      {"sip.consents", "sip.common.v1.ConsentScopeImported", {"sip.common.v1.ConsentScopeImported", "sip.sample.v1.NoteErased"}}};
}

std::vector<NewEvent> NotesReaction::React(const State& state, const RecordedCommand& foreign, const DecisionContext& context) {
  std::vector<NewEvent> events;
  for (const RecordedEvent& recorded : foreign.events) {
    const auto& fact = static_cast<const common::v1::FactEvent&>(*recorded.event);
    if (!fact.has_consent_scope_imported()) continue;
    events.push_back(MakeNewEvent(FactsStream(context.case_id), fact));
    if (!fact.consent_scope_imported().scope().withdrawn_as_a_whole()) continue;
    for (const auto& [id, note] : state.notes) {
      if (note.erased) continue;
      NoteEvent event;
      event.mutable_note_erased()->set_note_id(id.ToString());
      events.push_back(MakeNewEvent(StreamId{"note", id}, event));
    }
  }
  return events;
}

bool NotesContext::KnowsCase(const State&) { return true; }

RuleSetRef NotesContext::PinnedRuleSet(const State&, const StreamId&) { return {}; }

}  // namespace sip
