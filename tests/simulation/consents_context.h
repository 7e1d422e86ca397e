// The second context of the simulation: consents per case, in a log of their own. Notes import its scopes, and it imports which
// notes were written; the graph of kinds has no cycle.
#ifndef SIP_TESTS_SIMULATION_CONSENTS_CONTEXT_H_
#define SIP_TESTS_SIMULATION_CONSENTS_CONTEXT_H_

#include <set>
#include <string>
#include <vector>

#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/sample/v1/notes.pb.h"

namespace sip {

struct ConsentsState {
  std::string granted;  // The text of the grant in force; empty: none.
  bool withdrawn = false;
  std::set<std::string> notes;  // Ids of the notes that were imported.
};

// WriteNote grants with its text as the grant's id; what is granted already gives no event. EraseNote withdraws as a whole: refused
// with REASON_NOT_FOUND_OR_NOT_DISCLOSED where nothing was granted, without event where it is withdrawn.
struct ConsentDecider {
  using State = ConsentsState;
  using Command = sample::v1::NoteCommand;
  using Event = common::v1::FactEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// Of the notes that were written, every one whose text does not begin with "quiet" is a fact here.
struct ConsentsReaction {
  using State = ConsentsState;
  static std::vector<ImportedKind> Imports();
  static std::vector<NewEvent> React(const State& state, const RecordedCommand& foreign, const DecisionContext& context);
};

struct ConsentsContext {
  static constexpr char kLogName[] = "sip.consents";
  using State = ConsentsState;
  using Deciders = TypeList<ConsentDecider>;
  using Evolvers = TypeList<>;
  using Reaction = ConsentsReaction;
  static bool KnowsCase(const State&) { return true; }
  static RuleSetRef PinnedRuleSet(const State&, const StreamId&) { return {}; }
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_CONSENTS_CONTEXT_H_
