// The pure core of a stream type: State, Command and Event, Decide and Evolve. No clock, randomness, I/O, logging or threads.
//
// A context (one log) has one State per case, which holds all streams of that case in that log, so that a decision may look at
// every one of them. Each stream type brings a Decider over that shared State; facts imported from other contexts bring an Evolver.
//
//   struct PlanDecider {
//     using State = PlansState;                     // the context's state of one case
//     using Command = plans::v1::PlanCommand;       // oneof of the service's requests
//     using Event = plans::v1::PlanEvent;           // oneof of the stream's events
//     static StreamId StreamOf(const Command&, const DecisionContext&);      // the one stream that the command writes
//     static Decision<Event> Decide(const State&, const Command&, const DecisionContext&);
//     static void Evolve(State&, const StreamId&, const Event&, const EventMeta&);
//     static void NoteLeaf(State&, const StreamId&, const Event&, absl::string_view leaf);  // optional: LeafKeeper
//   };
#ifndef SIP_LIBS_EVENTSOURCING_DECIDER_H_
#define SIP_LIBS_EVENTSOURCING_DECIDER_H_

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/recorded.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/eventsourcing/stream.h"

namespace sip {

// Events to record (none: the intention is already fulfilled), or the reasons why not.
template <typename Event>
class Decision {
 public:
  Decision(std::vector<Event> events) : value_(std::move(events)) {}  // NOLINT(google-explicit-constructor): reads as a value.
  Decision(Rejection rejection) : value_(std::move(rejection)) {}     // NOLINT(google-explicit-constructor)
  bool accepted() const { return std::holds_alternative<std::vector<Event>>(value_); }
  // Only if accepted.
  const std::vector<Event>& events() const { return std::get<std::vector<Event>>(value_); }
  std::vector<Event>& events() { return std::get<std::vector<Event>>(value_); }
  // Only if not accepted.
  const Rejection& rejection() const { return std::get<Rejection>(value_); }

 private:
  std::variant<std::vector<Event>, Rejection> value_;
};

// Folds one stream type's events into the state. Never fails and never validates: an event is a fact. Must accept events without
// their content (skeletons alone).
template <typename T>
concept Evolver = requires(typename T::State& state, const typename T::Event& event, const StreamId& stream,
                           const EventMeta& meta) {
  { T::Evolve(state, stream, event, meta) } -> std::same_as<void>;
};

// An Evolver whose state remembers which record an event came in. Called once for each event, behind Evolve for all events of the
// record, with the record's leaf (32 bytes): of a record that is being built it is known only then.
template <typename T>
concept LeafKeeper = Evolver<T> &&
    requires(typename T::State& state, const typename T::Event& event, const StreamId& stream, absl::string_view leaf) {
  { T::NoteLeaf(state, stream, event, leaf) } -> std::same_as<void>;
};

// Decides commands of one stream type.
template <typename T>
concept Decider = Evolver<T> &&
    requires(const typename T::State& state, const typename T::Command& command, const DecisionContext& context) {
  { T::StreamOf(command, context) } -> std::same_as<StreamId>;
  { T::Decide(state, command, context) } -> std::same_as<Decision<typename T::Event>>;
};

// An event that a reaction causes, in whichever stream of the case. `event` is the stream type's wrapper.
struct NewEvent {
  StreamId stream;
  std::shared_ptr<const google::protobuf::Message> event;
};

template <typename Event>
NewEvent MakeNewEvent(StreamId stream, Event event) {
  return NewEvent{std::move(stream), std::make_shared<const Event>(std::move(event))};
}

// One edge of the graph of kinds: importing `foreign_kind` (full name of the event, such as sip.consent.v1.ConsentWithdrawn) of
// `foreign_log` can cause `caused_kinds` here. A test walks the graph of all contexts and refuses cycles.
struct ImportedKind {
  std::string foreign_log;
  std::string foreign_kind;
  std::vector<std::string> caused_kinds;
};

// Turns a record of another context into events of this one. Pure, total (never refuses), bounded output.
template <typename T>
concept Reaction = requires(const typename T::State& state, const RecordedCommand& foreign, const DecisionContext& context) {
  { T::Imports() } -> std::same_as<std::vector<ImportedKind>>;
  { T::React(state, foreign, context) } -> std::same_as<std::vector<NewEvent>>;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_DECIDER_H_
