// An engine of the notes context over logs in memory, which import from the log sip.consents: for the tests of whatever needs an
// engine.
#ifndef SIP_LIBS_TESTING_NOTES_ENGINE_H_
#define SIP_LIBS_TESTING_NOTES_ENGINE_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/engine/context_engine.h"
#include "libs/log_memory/memory_log.h"

namespace sip {

inline constexpr char kNotesLog[] = "sip.notes";
inline constexpr char kConsentsLog[] = "sip.consents";

// The logs that NotesEngine needs.
MemoryLogOptions NotesLogOptions(uint32_t partitions = 1);

class NotesEngine {
 public:
  // All that is passed outlives it.
  NotesEngine(MemoryLogStore& logs, StreamStore& store, Clock& clock, Executor& executor, Timer& timer, EngineOptions options = {},
              Standby* standby = nullptr);

  ContextEngine& engine() { return *engine_; }
  Codec& codec() { return codec_; }

 private:
  std::unique_ptr<ContextModel> model_;
  Codec codec_;
  AgencyDirectory agencies_;
  std::unique_ptr<ContextEngine> engine_;
};

// Ids that differ for different names.
Uuid NoteTestId(absl::string_view name);

// A request of region-nord that writes `text` into the note; ids are NoteTestId of the names.
CommandRequest WriteNoteCommand(absl::string_view case_name, absl::string_view note, absl::string_view text,
                                absl::string_view request);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_NOTES_ENGINE_H_
