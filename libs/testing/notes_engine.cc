#include "libs/testing/notes_engine.h"

#include <utility>
#include <vector>

#include "libs/base/sha256.h"
#include "libs/testing/notes_context.h"

namespace sip {
MemoryLogOptions NotesLogOptions(uint32_t partitions) {
  MemoryLogOptions options;
  options.logs = {{kNotesLog, partitions}, {kConsentsLog, partitions}};
  return options;
}

NotesEngine::NotesEngine(MemoryLogStore& logs, StreamStore& store, Clock& clock, Executor& executor, Timer& timer,
                         EngineOptions options, Standby* standby)
    : model_(MakeContextModel<NotesContext>()) {
  codec_.AddModel(*model_);
  EngineParts parts{*model_,
                    *logs.log(kNotesLog),
                    store,
                    codec_,
                    clock,
                    executor,
                    timer,
                    absl::UTCTimeZone(),
                    agencies_,
                    [] { return std::make_shared<EmptyRuleSets>(); },
                    ClaimantInfo{"node", "endpoint", "build"},
                    options,
                    /*claims=*/nullptr,
                    standby};
  engine_ =
      std::make_unique<ContextEngine>(std::move(parts), std::vector<ForeignLog>{{kConsentsLog, logs.log(kConsentsLog)}}, codec_);
}

Uuid NoteTestId(absl::string_view name) { return MakeUuidV8(Sha256(name)); }

CommandRequest WriteNoteCommand(absl::string_view case_name, absl::string_view note, absl::string_view text,
                                absl::string_view request) {
  auto command = std::make_shared<sample::v1::NoteCommand>();
  sample::v1::WriteNoteRequest& write = *command->mutable_write_note();
  write.set_request_id(NoteTestId(request).ToString());
  write.set_case_id(NoteTestId(case_name).ToString());
  write.set_note_id(NoteTestId(note).ToString());
  write.set_text(std::string(text));
  CommandRequest result;
  result.command = command;
  result.request_id = NoteTestId(request);
  result.case_id = NoteTestId(case_name);
  result.actor.set_agency_id("region-nord");
  return result;
}

}  // namespace sip
