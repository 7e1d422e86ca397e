#include "libs/testing/decider_properties.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/codec/content_split.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/random_message.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_run.h"
#include "libs/testing/scenario_text.h"
#include "libs/testing/wrapper.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Calls `visit` with every scenario of the folder, played to its end.
absl::Status ForEachScenario(const PropertyInput& input, const std::function<absl::Status(const RanScenario&)>& visit) {
  for (const std::string& path : ScenarioFiles(input.scenario_directory)) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
    std::ostringstream text;
    text << file.rdbuf();
    SIP_ASSIGN_OR_RETURN(const testing::v1::Scenario scenario, ParseScenario(text.str(), input.rule_sets));
    SIP_ASSIGN_OR_RETURN(const RanScenario ran, PlayScenario(scenario, input.model, input.rule_sets));
    const absl::Status status = visit(ran);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
  }
  return absl::OkStatus();
}

// Sets a field of the message in the wrapper, where there is one of that name.
void SetInner(Message& wrapper, const char* name, const std::string& value) {
  Message& inner = *wrapper.GetReflection()->MutableMessage(&wrapper, KindOf(wrapper));
  const FieldDescriptor* field = inner.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) return;
  inner.GetReflection()->SetString(&inner, field, value);
}

// The context of a request that comes a minute after `context`.
DecisionContext LaterRequest(const DecisionContext& context, const std::string& name) {
  DecisionContext later = context;
  later.now += absl::Minutes(1);
  later.command_id = NamedId(name);
  later.id_seed = NamedSeed(name);
  return later;
}

Outcome DecideOn(const ContextModel& model, const CaseState& state, const Message& command, const DecisionContext& context) {
  auto result = model.Decide(state, command, context);
  if (auto* rejection = std::get_if<Rejection>(&result)) return std::move(*rejection);
  return std::move(std::get<Decided>(result).events);
}

// All texts below the message that are ids, so that random messages can be about the same things.
void CollectIds(const Message& message, std::set<std::string>& ids) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->message_type() != nullptr) {
        CollectIds(field->is_repeated() ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                        : message.GetReflection()->GetMessage(message, field),
                   ids);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string text = field->is_repeated() ? message.GetReflection()->GetRepeatedString(message, field, i)
                                                      : message.GetReflection()->GetString(message, field);
        if (Uuid::Parse(text).has_value()) ids.insert(text);
      }
    }
  }
}

// "PlanEvent" → "plan", "RuleSetEvent" → "rule-set"; imported facts are in streams of type "facts".
std::string StreamTypeOf(const Message& wrapper) {
  std::string name = wrapper.GetDescriptor()->name();
  if (name == "FactEvent") return "facts";
  name = name.substr(0, name.rfind("Event"));
  std::string type;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !type.empty()) type += '-';
    type += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return type;
}

// Goes on from where a scenario ended, with random commands and events.
class RandomWalk {
 public:
  RandomWalk(const PropertyInput& input, const RanScenario& ran, uint64_t seed)
      : input_(input),
        context_(ran.context),
        random_(seed),
        state_(ran.state->Clone()),
        skeleton_state_(input.model.InitialState()) {
    std::set<std::string> ids;
    for (const PastEvent& past : ran.history) {
      CollectIds(*past.event, ids);
      input_.model.Evolve(*skeleton_state_, past.stream, *SkeletonOf(*past.event), past.meta);
      ids_.push_back(past.stream.id);
    }
    if (ran.command != nullptr) CollectIds(*ran.command, ids);
    options_.ids.assign(ids.begin(), ids.end());
    ids_.push_back(NamedId("random-0"));
  }

  absl::Status Step(int step) {
    context_ = LaterRequest(context_, absl::StrCat("random-step-", step));
    context_.occurred_at = OccurredAtInstant(context_.now);
    const std::vector<const Message*> commands = input_.model.CommandTypes();
    const bool event = commands.empty() || random_() % 4 == 0;
    options_.plausible = random_() % 2 == 0;
    return event ? FoldRandomEvent() : DecideRandomCommand(*commands[random_() % commands.size()]);
  }

 private:
  absl::Status DecideRandomCommand(const Message& prototype) {
    const std::unique_ptr<Message> command = RandomMessage(random_(), prototype, options_);
    if (KindOf(*command) == nullptr) return absl::OkStatus();
    SetInner(*command, "case_id", context_.case_id.ToString());
    SetInner(*command, "request_id", context_.command_id.ToString());
    const Outcome outcome = DecideOn(input_.model, *state_, *command, context_);
    if (!SameOutcome(outcome, DecideOn(input_.model, *state_, *command, context_))) {
      return absl::InternalError(absl::StrCat("deciding twice gave two results: ", command->ShortDebugString()));
    }
    // On skeletons alone a decision may differ, but must come.
    DecideOn(input_.model, *skeleton_state_, *command, context_);
    if (const auto* events = std::get_if<std::vector<NewEvent>>(&outcome)) {
      for (const NewEvent& event : *events) Fold(event.stream, *event.event);
    }
    return absl::OkStatus();
  }

  absl::Status FoldRandomEvent() {
    const std::vector<const Message*> types = input_.model.EventTypes();
    RandomMessageOptions plausible = options_;
    plausible.plausible = true;  // An event is a fact: only a decider can have written it.
    const std::unique_ptr<Message> event = RandomMessage(random_(), *types[random_() % types.size()], plausible);
    if (KindOf(*event) == nullptr) return absl::OkStatus();
    Fold(StreamId{StreamTypeOf(*event), ids_[random_() % ids_.size()]}, *event);
    return absl::OkStatus();
  }

  void Fold(const StreamId& stream, const Message& event) {
    const EventMeta meta{context_.now, context_.occurred_at, context_.actor.agency_id(), ++versions_[stream.ToString()] + 1000};
    input_.model.Evolve(*state_, stream, event, meta);
    input_.model.Evolve(*skeleton_state_, stream, *SkeletonOf(event), meta);
  }

  const PropertyInput& input_;
  DecisionContext context_;
  std::mt19937_64 random_;
  RandomMessageOptions options_;
  std::vector<Uuid> ids_;
  std::unique_ptr<CaseState> state_;
  std::unique_ptr<CaseState> skeleton_state_;
  std::map<std::string, uint64_t> versions_;
};

}  // namespace

absl::Status CheckRepeatedWishes(const PropertyInput& input, const std::vector<std::string>& wishes) {
  std::set<std::string> missing(wishes.begin(), wishes.end());
  SIP_RETURN_IF_ERROR(ForEachScenario(input, [&](const RanScenario& ran) -> absl::Status {
    const bool accepted = std::holds_alternative<std::vector<NewEvent>>(ran.outcome);
    if (ran.command == nullptr || !accepted) return absl::OkStatus();
    const std::string kind = KindName(*ran.command);
    if (std::find(wishes.begin(), wishes.end(), kind) == wishes.end()) return absl::OkStatus();
    missing.erase(kind);
    const DecisionContext again = LaterRequest(ran.context, "again");
    std::unique_ptr<Message> command(ran.command->New());
    command->CopyFrom(*ran.command);
    SetInner(*command, "request_id", again.command_id.ToString());
    const Outcome outcome = DecideOn(input.model, *ran.state, *command, again);
    if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
      return absl::FailedPreconditionError(absl::StrCat(kind, " repeated was refused:\n", Describe(*rejection)));
    }
    const auto& events = std::get<std::vector<NewEvent>>(outcome);
    if (events.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(kind, " repeated gave events:\n", Describe(events)));
  }));
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("no scenario has ", *missing.begin(), " accepted in its `when`"));
}

absl::Status CheckSkeletonsFold(const PropertyInput& input) {
  return ForEachScenario(input, [&](const RanScenario& ran) {
    const std::unique_ptr<CaseState> state = input.model.InitialState();
    for (const PastEvent& past : ran.history) input.model.Evolve(*state, past.stream, *SkeletonOf(*past.event), past.meta);
    if (ran.command != nullptr) DecideOn(input.model, *state, *ran.command, ran.context);
    return absl::OkStatus();
  });
}

absl::Status CheckRandomSteps(const PropertyInput& input, uint64_t seed, int steps) {
  return ForEachScenario(input, [&](const RanScenario& ran) -> absl::Status {
    RandomWalk walk(input, ran, seed++);
    for (int step = 0; step < steps; ++step) SIP_RETURN_IF_ERROR(walk.Step(step));
    return absl::OkStatus();
  });
}

}  // namespace sip
