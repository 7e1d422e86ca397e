// A whole context (one log) as the engine sees it: its deciders and its reaction behind one interface without types. Made from the
// typed parts by MakeContextModel<C>(), where C is
//
//   struct PlansContext {
//     static constexpr char kLogName[] = "sip.plans";
//     using State = PlansState;
//     using Deciders = TypeList<CaseDecider, PlanDecider>;   // at least one
//     using Evolvers = TypeList<PlansFacts>;                 // stream types without commands; may be empty
//     using Reaction = PlansReaction;                        // or void
//     static bool KnowsCase(const State&);                   // the case has been opened (or imported) here
//     static RuleSetRef PinnedRuleSet(const State&, const StreamId&);
//   };
#ifndef SIP_LIBS_EVENTSOURCING_CONTEXT_MODEL_H_
#define SIP_LIBS_EVENTSOURCING_CONTEXT_MODEL_H_

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/base/check.h"
#include "libs/eventsourcing/decider.h"

namespace sip {

// The rule set that a stream's decisions are made under; empty before one is pinned.
struct RuleSetRef {
  std::string id;
  std::string digest;
};

// What a command led to.
struct Decided {
  StreamId stream;               // The one that the command writes, also when it has no events.
  std::vector<NewEvent> events;  // All of that stream.
};

// The state of one case in one context. Opaque to the engine; copied for speculation.
class CaseState {
 public:
  virtual ~CaseState() = default;
  virtual std::unique_ptr<CaseState> Clone() const = 0;
};

// Thread-safe: holds nothing that changes.
class ContextModel {
 public:
  virtual ~ContextModel() = default;
  virtual const std::string& log_name() const = 0;
  virtual std::unique_ptr<CaseState> InitialState() const = 0;
  // `command` is one of the context's command wrappers with its kind set.
  virtual StreamId StreamOf(const google::protobuf::Message& command, const DecisionContext& context) const = 0;
  virtual std::variant<Decided, Rejection> Decide(const CaseState& state, const google::protobuf::Message& command,
                                                  const DecisionContext& context) const = 0;
  // `event` is one of the context's event wrappers with its kind set.
  virtual void Evolve(CaseState& state, const StreamId& stream, const google::protobuf::Message& event,
                      const EventMeta& meta) const = 0;
  // The record that held `event`, which was evolved before, has this leaf.
  virtual void NoteLeaf(CaseState& state, const StreamId& stream, const google::protobuf::Message& event,
                        absl::string_view leaf) const = 0;
  // Which foreign kinds this context imports, and what they cause. Empty if none.
  virtual std::vector<ImportedKind> Imports() const = 0;
  virtual std::vector<NewEvent> React(const CaseState& state, const RecordedCommand& foreign,
                                      const DecisionContext& context) const = 0;
  virtual bool KnowsCase(const CaseState& state) const = 0;
  virtual RuleSetRef PinnedRuleSet(const CaseState& state, const StreamId& stream) const = 0;
  // Prototypes of the wrappers of all commands and events, for the codec.
  virtual std::vector<const google::protobuf::Message*> CommandTypes() const = 0;
  virtual std::vector<const google::protobuf::Message*> EventTypes() const = 0;
};

template <typename... Ts>
struct TypeList {};

namespace internal_context_model {

template <typename State>
class TypedCaseState final : public CaseState {
 public:
  std::unique_ptr<CaseState> Clone() const override { return std::make_unique<TypedCaseState>(*this); }
  State value{};
};

template <typename State>
const State& ValueOf(const CaseState& state) {
  return static_cast<const TypedCaseState<State>&>(state).value;
}

// Calls `visit.operator()<T>()` for the first T of the list for which `matches.operator()<T>()`; crashes when there is none:
// whoever handed over the message broke an invariant of ours.
template <typename... Ts, typename Matches, typename Visit>
void ForMatching(TypeList<Ts...>, const Matches& matches, const Visit& visit) {
  const bool found = ((matches.template operator()<Ts>() ? (visit.template operator()<Ts>(), true) : false) || ...);
  SIP_CHECK(found);
}

template <typename... Ts, typename... Us>
TypeList<Ts..., Us...> Concat(TypeList<Ts...>, TypeList<Us...>);

template <typename C>
class Model final : public ContextModel {
  using State = typename C::State;
  using Deciders = typename C::Deciders;
  using AllEvolvers = decltype(Concat(typename C::Deciders{}, typename C::Evolvers{}));

 public:
  const std::string& log_name() const override { return log_name_; }

  std::unique_ptr<CaseState> InitialState() const override { return std::make_unique<TypedCaseState<State>>(); }

  StreamId StreamOf(const google::protobuf::Message& command, const DecisionContext& context) const override {
    StreamId stream;
    ForCommand(command, [&]<typename D>() { stream = D::StreamOf(static_cast<const typename D::Command&>(command), context); });
    return stream;
  }

  std::variant<Decided, Rejection> Decide(const CaseState& state, const google::protobuf::Message& command,
                                          const DecisionContext& context) const override {
    std::variant<Decided, Rejection> result;
    ForCommand(command, [&]<typename D>() {
      const auto& typed = static_cast<const typename D::Command&>(command);
      auto decision = D::Decide(ValueOf<State>(state), typed, context);
      if (!decision.accepted()) {
        result = decision.rejection();
        return;
      }
      Decided decided{D::StreamOf(typed, context), {}};
      for (auto& event : decision.events()) decided.events.push_back(MakeNewEvent(decided.stream, std::move(event)));
      result = std::move(decided);
    });
    return result;
  }

  void Evolve(CaseState& state, const StreamId& stream, const google::protobuf::Message& event,
              const EventMeta& meta) const override {
    ForMatching(
        AllEvolvers{}, [&]<typename E>() { return event.GetDescriptor() == E::Event::descriptor(); },
        [&]<typename E>() {
          E::Evolve(static_cast<TypedCaseState<State>&>(state).value, stream, static_cast<const typename E::Event&>(event), meta);
        });
  }

  void NoteLeaf(CaseState& state, const StreamId& stream, const google::protobuf::Message& event,
                absl::string_view leaf) const override {
    ForMatching(
        AllEvolvers{}, [&]<typename E>() { return event.GetDescriptor() == E::Event::descriptor(); },
        [&]<typename E>() {
          if constexpr (LeafKeeper<E>) {
            auto& typed = static_cast<TypedCaseState<State>&>(state).value;
            E::NoteLeaf(typed, stream, static_cast<const typename E::Event&>(event), leaf);
          }
        });
  }

  std::vector<ImportedKind> Imports() const override {
    if constexpr (std::is_void_v<typename C::Reaction>) {
      return {};
    } else {
      return C::Reaction::Imports();
    }
  }

  std::vector<NewEvent> React(const CaseState& state, const RecordedCommand& foreign,
                              const DecisionContext& context) const override {
    if constexpr (std::is_void_v<typename C::Reaction>) {
      return {};
    } else {
      return C::Reaction::React(ValueOf<State>(state), foreign, context);
    }
  }

  bool KnowsCase(const CaseState& state) const override { return C::KnowsCase(ValueOf<State>(state)); }

  RuleSetRef PinnedRuleSet(const CaseState& state, const StreamId& stream) const override {
    return C::PinnedRuleSet(ValueOf<State>(state), stream);
  }

  std::vector<const google::protobuf::Message*> CommandTypes() const override {
    return [&]<typename... Ds>(TypeList<Ds...>) {
      return std::vector<const google::protobuf::Message*>{&Ds::Command::default_instance()...};
    }(Deciders{});
  }

  std::vector<const google::protobuf::Message*> EventTypes() const override {
    return [&]<typename... Es>(TypeList<Es...>) {
      return std::vector<const google::protobuf::Message*>{&Es::Event::default_instance()...};
    }(AllEvolvers{});
  }

 private:
  template <typename Visit>
  static void ForCommand(const google::protobuf::Message& command, const Visit& visit) {
    ForMatching(
        Deciders{}, [&]<typename D>() { return command.GetDescriptor() == D::Command::descriptor(); }, visit);
  }

  const std::string log_name_ = C::kLogName;
};

template <typename... Ds>
constexpr bool AllDeciders(TypeList<Ds...>) {
  return (Decider<Ds> && ...);
}
template <typename... Es>
constexpr bool AllEvolvers(TypeList<Es...>) {
  return (Evolver<Es> && ...);
}
template <typename R>
constexpr bool IsReactionOrVoid() {
  if constexpr (std::is_void_v<R>) {
    return true;
  } else {
    return Reaction<R>;
  }
}

}  // namespace internal_context_model

// The state behind an opaque one, for readers that know which context it belongs to.
template <typename State>
const State& StateAs(const CaseState& state) {
  return internal_context_model::ValueOf<State>(state);
}

template <typename C>
std::unique_ptr<ContextModel> MakeContextModel() {
  static_assert(internal_context_model::AllDeciders(typename C::Deciders{}), "every entry of Deciders must be a Decider");
  static_assert(internal_context_model::AllEvolvers(typename C::Evolvers{}), "every entry of Evolvers must be an Evolver");
  static_assert(internal_context_model::IsReactionOrVoid<typename C::Reaction>(), "Reaction must be a Reaction or void");
  return std::make_unique<internal_context_model::Model<C>>();
}

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_CONTEXT_MODEL_H_
