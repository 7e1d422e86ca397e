// A small context for the tests of the libraries: notes that are written and erased, in a log of their own.
#ifndef SIP_LIBS_TESTING_NOTES_CONTEXT_H_
#define SIP_LIBS_TESTING_NOTES_CONTEXT_H_

#include <map>
#include <string>
#include <vector>

#include "libs/domain/facts.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/sample/v1/notes.pb.h"

namespace sip {

struct NotesState {
  struct Note {
    bool erased = false;
    uint64_t version = 0;
    std::string text;  // Empty when only the skeleton is known.
  };
  std::map<Uuid, Note> notes;
  ImportedFacts facts;
};

// WriteNote is refused with REASON_FIELD_INVALID ("NOTE-01") for an erased note and with REASON_LIMIT_EXCEEDED ("NOTE-02") for more
// than three remarks; writing what stands there and erasing what is erased give no event.
struct NoteDecider {
  using State = NotesState;
  using Command = sample::v1::NoteCommand;
  using Event = sample::v1::NoteEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

struct NotesFacts {
  using State = NotesState;
  using Event = common::v1::FactEvent;
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Consent withdrawn as a whole in "sip.consents" erases every note.
struct NotesReaction {
  using State = NotesState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

struct NotesContext {
  static constexpr char kLogName[] = "sip.notes";
  using State = NotesState;
  using Deciders = TypeList<NoteDecider>;
  using Evolvers = TypeList<NotesFacts>;
  using Reaction = NotesReaction;
  static bool KnowsCase(const State& state);
  static RuleSetRef PinnedRuleSet(const State& state, const StreamId& stream);
};

// Where no context pins a rule set.
class EmptyRuleSets final : public RuleSetSource {
 public:
  const rules::v1::RuleSet* Find(absl::string_view) const override { return nullptr; }
  const rules::v1::RuleSet* FindByDigest(absl::string_view) const override { return nullptr; }
  const rules::v1::RuleSet* ValidOn(absl::string_view, absl::CivilDay) const override { return nullptr; }
  std::string DigestOf(const rules::v1::RuleSet&) const override { return ""; }
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_NOTES_CONTEXT_H_
