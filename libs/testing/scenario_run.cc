#include "libs/testing/scenario_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "libs/testing/wrapper.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::v1::Scenario;
using testing::v1::Step;

constexpr char kDefaultNow[] = "2018-03-01 10:00";
constexpr char kDefaultAgency[] = "region-nord";
constexpr char kCaseName[] = "case";
constexpr char kWhen[] = "when";

// What text format has to say about a file, with line and column.
class ErrorCollector final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    absl::StrAppend(&text_, line + 1, ":", column + 1, ": ", message, "\n");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The string field of that name in the wrapper's inner message; null if it has none.
const FieldDescriptor* StringField(const Message& inner, const char* name) {
  const FieldDescriptor* field = inner.GetDescriptor()->FindFieldByName(name);
  const bool fits = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return fits ? field : nullptr;
}

// What the client sent: the command's kind itself, or its field `request` where the server adds something to it.
Message& RequestIn(Message& kind) {
  const FieldDescriptor* field = kind.GetDescriptor()->FindFieldByName("request");
  if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return kind;
  return *kind.GetReflection()->MutableMessage(&kind, field);
}

// Sets the field to `value` where it is empty, and returns what it then holds; nil where there is no such field.
Uuid FillId(Message& inner, const char* name, const Uuid& value) {
  const FieldDescriptor* field = StringField(inner, name);
  if (field == nullptr) return Uuid();
  const std::string present = inner.GetReflection()->GetString(inner, field);
  if (!present.empty()) return Uuid::Parse(present).value_or(Uuid());
  inner.GetReflection()->SetString(&inner, field, value.ToString());
  return value;
}

// Carries the steps out: the context's state, the clock and the stream versions.
class Run {
 public:
  Run(const Scenario& scenario, const ContextModel& model, const RuleSetSource& rule_sets, RanScenario& ran)
      : scenario_(scenario), model_(model), rule_sets_(rule_sets), ran_(ran) {
    ran_.state = model.InitialState();
  }

  absl::Status Execute() {
    SIP_RETURN_IF_ERROR(SetUp());
    for (int i = 0; i < scenario_.given_size(); ++i) {
      const std::string name = absl::StrCat("given-", i + 1);
      const absl::Status status = Given(scenario_.given(i), name);
      if (!status.ok()) return absl::FailedPreconditionError(absl::StrCat(name, ": ", status.message()));
    }
    ran_.command = nullptr;
    SIP_ASSIGN_OR_RETURN(ran_.context, Prepare(scenario_.when(), kWhen));
    SIP_ASSIGN_OR_RETURN(ran_.outcome, Carry(scenario_.when(), ran_.context, kWhen));
    if (const auto* events = std::get_if<std::vector<NewEvent>>(&ran_.outcome)) {
      Fold(*events, ran_.context, NameOf(scenario_.when(), kWhen));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status SetUp() {
    const std::string& now = scenario_.setup().now();
    SIP_ASSIGN_OR_RETURN(next_now_, ParseScenarioTime(now.empty() ? kDefaultNow : now));
    if (scenario_.setup().agencies().empty()) {
      *ran_.agencies = TestAgencies();
      return absl::OkStatus();
    }
    rules::v1::AgencyDirectory directory;
    for (const testing::v1::Agency& agency : scenario_.setup().agencies()) {
      rules::v1::Agency& added = *directory.add_agencies();
      rules::v1::AgencyKind kind = rules::v1::AGENCY_KIND_UNSPECIFIED;
      if (!rules::v1::AgencyKind_Parse(agency.kind(), &kind)) {
        return absl::InvalidArgumentError(absl::StrCat("unknown agency kind \"", agency.kind(), "\""));
      }
      added.set_agency_id(agency.agency_id());
      added.set_name(agency.agency_id());
      added.set_kind(kind);
      added.set_rule_set_owner(agency.rule_set_owner().empty() ? "skl" : agency.rule_set_owner());
      added.set_acts_for_agency_id(agency.acts_for_agency_id());
    }
    *ran_.agencies = AgencyDirectory(directory);
    return absl::OkStatus();
  }

  absl::Status Given(const Step& step, const std::string& default_name) {
    SIP_ASSIGN_OR_RETURN(DecisionContext context, Prepare(step, default_name));
    if (step.has_event()) return GivenEvent(step, context, default_name);
    SIP_ASSIGN_OR_RETURN(const Outcome outcome, Carry(step, context, default_name));
    if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
      return absl::FailedPreconditionError(absl::StrCat("was refused:\n", Describe(*rejection)));
    }
    Fold(std::get<std::vector<NewEvent>>(outcome), context, NameOf(step, default_name));
    return absl::OkStatus();
  }

  absl::Status GivenEvent(const Step& step, const DecisionContext& context, const std::string& default_name) {
    SIP_ASSIGN_OR_RETURN(std::unique_ptr<Message> event, Unpack(step.event()));
    if (!OneOf(model_.EventTypes(), *event)) {
      return absl::InvalidArgumentError(absl::StrCat(event->GetDescriptor()->full_name(), " is no event of this context"));
    }
    if (KindOf(*event) == nullptr) return absl::InvalidArgumentError("the event has no kind");
    const bool fact = event->GetDescriptor()->full_name() == "sip.common.v1.FactEvent";
    const std::string stream =
        step.stream().empty() && fact ? absl::StrCat("facts/", NamedId(kCaseName).ToString()) : step.stream();
    const std::optional<StreamId> parsed = StreamId::Parse(stream);
    if (!parsed.has_value()) return absl::InvalidArgumentError(absl::StrCat("\"", stream, "\" is no stream"));
    Fold({NewEvent{*parsed, std::move(event)}}, context, NameOf(step, default_name));
    return absl::OkStatus();
  }

  static std::string NameOf(const Step& step, const std::string& default_name) {
    return step.name().empty() ? default_name : step.name();
  }

  // Moves the clock and makes the context of the step, but for the ids that its message brings.
  absl::StatusOr<DecisionContext> Prepare(const Step& step, const std::string& default_name) {
    if (!step.at().empty()) {
      SIP_ASSIGN_OR_RETURN(next_now_, ParseScenarioTime(step.at()));
    }
    DecisionContext context;
    context.now = next_now_;
    next_now_ += absl::Minutes(1);
    context.zone = Stockholm();
    context.occurred_at = OccurredAtInstant(context.now);
    if (!step.occurred_at().empty()) {
      SIP_ASSIGN_OR_RETURN(context.occurred_at, ParseScenarioOccurred(step.occurred_at()));
    }
    context.actor = step.actor();
    if (context.actor.agency_id().empty()) context.actor.set_agency_id(ActingAgency(step));
    const std::string name = NameOf(step, default_name);
    context.command_id = NamedId(name);
    context.id_seed = NamedSeed(name);
    context.case_id = NamedId(kCaseName);
    context.rule_sets = &rule_sets_;
    context.agencies = ran_.agencies.get();
    return context;
  }

  std::string ActingAgency(const Step& step) const {
    if (!step.acting_agency().empty()) return step.acting_agency();
    return scenario_.setup().acting_agency().empty() ? kDefaultAgency : scenario_.setup().acting_agency();
  }

  absl::StatusOr<Outcome> Carry(const Step& step, DecisionContext& context, const std::string& name) {
    if (step.has_command()) return Decide(step, context);
    if (step.has_import()) return React(step, context);
    return absl::InvalidArgumentError(absl::StrCat(name, " has neither event nor command nor import"));
  }

  absl::StatusOr<Outcome> Decide(const Step& step, DecisionContext& context) {
    SIP_ASSIGN_OR_RETURN(std::shared_ptr<Message> command, Unpack(step.command()));
    if (!OneOf(model_.CommandTypes(), *command)) {
      return absl::InvalidArgumentError(absl::StrCat(command->GetDescriptor()->full_name(), " is no command of this context"));
    }
    const FieldDescriptor* kind = KindOf(*command);
    if (kind == nullptr) return absl::InvalidArgumentError("the command has no kind");
    Message& inner = RequestIn(*command->GetReflection()->MutableMessage(command.get(), kind));
    context.command_id = FillId(inner, "request_id", context.command_id);
    context.case_id = FillId(inner, "case_id", context.case_id);
    ran_.command = command;
    const auto decide = [&]() -> Outcome {
      auto result = model_.Decide(*ran_.state, *command, context);
      if (auto* rejection = std::get_if<Rejection>(&result)) return std::move(*rejection);
      return std::move(std::get<Decided>(result).events);
    };
    Outcome outcome = decide();
    if (!SameOutcome(outcome, decide())) return absl::InternalError("deciding twice gave two different results");
    if (const auto* events = std::get_if<std::vector<NewEvent>>(&outcome)) {
      SIP_RETURN_IF_ERROR(CheckEvents(*events, model_.StreamOf(*command, context)));
    } else if (std::get<Rejection>(outcome).violations().empty()) {
      return absl::InternalError("a rejection without a violation");
    }
    return outcome;
  }

  absl::StatusOr<Outcome> React(const Step& step, DecisionContext& context) const {
    RecordedCommand foreign;
    foreign.log_name = step.import().log();
    foreign.recorded_at = context.now;
    const auto header = std::make_shared<log::v1::CommandHeader>();
    header->set_case_id(context.case_id.ToBytes());
    header->set_acting_agency(context.actor.agency_id());
    *header->mutable_occurred_at() = context.occurred_at;
    *header->mutable_recorded_at() = ToProto(context.now);
    foreign.header = header;
    for (const testing::v1::ForeignEvent& event : step.import().events()) {
      const std::optional<StreamId> stream = StreamId::Parse(event.stream());
      if (!stream.has_value()) return absl::InvalidArgumentError(absl::StrCat("\"", event.stream(), "\" is no stream"));
      SIP_ASSIGN_OR_RETURN(std::unique_ptr<Message> message, Unpack(event.event()));
      if (KindOf(*message) == nullptr) return absl::InvalidArgumentError("a foreign event has no kind");
      foreign.events.push_back(RecordedEvent{*stream, 1, std::move(message)});
    }
    context.actor.Clear();
    context.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
    const std::vector<NewEvent> events = model_.React(*ran_.state, foreign, context);
    if (!SameOutcome(Outcome(events), Outcome(model_.React(*ran_.state, foreign, context)))) {
      return absl::InternalError("reacting twice gave two different results");
    }
    SIP_RETURN_IF_ERROR(CheckEvents(events, std::nullopt));
    SIP_RETURN_IF_ERROR(CheckDeclared(foreign, events));
    return Outcome(events);
  }

  absl::Status CheckEvents(const std::vector<NewEvent>& events, const std::optional<StreamId>& only) const {
    for (const NewEvent& event : events) {
      if (KindOf(*event.event) == nullptr) return absl::InternalError("an event without a kind came");
      if (!OneOf(model_.EventTypes(), *event.event)) {
        return absl::InternalError(absl::StrCat(event.event->GetDescriptor()->full_name(), " is no event of this context"));
      }
      if (only.has_value() && event.stream != *only) {
        return absl::InternalError(absl::StrCat("an event of ", event.stream.ToString(), " came, not of ", only->ToString()));
      }
    }
    return absl::OkStatus();
  }

  // A reaction that causes something must have declared each kind that it caused, for one of the foreign kinds.
  absl::Status CheckDeclared(const RecordedCommand& foreign, const std::vector<NewEvent>& events) const {
    std::vector<std::string> declared;
    for (const ImportedKind& imported : model_.Imports()) {
      const bool here = imported.foreign_log == foreign.log_name &&
                        std::any_of(foreign.events.begin(), foreign.events.end(), [&](const RecordedEvent& event) {
                          return KindOf(*event.event)->message_type()->full_name() == imported.foreign_kind;
                        });
      if (here) declared.insert(declared.end(), imported.caused_kinds.begin(), imported.caused_kinds.end());
    }
    for (const NewEvent& event : events) {
      const std::string kind = KindOf(*event.event)->message_type()->full_name();
      if (std::find(declared.begin(), declared.end(), kind) == declared.end()) {
        return absl::InternalError(absl::StrCat(kind, " was caused, but Imports() does not declare it for these events"));
      }
    }
    return absl::OkStatus();
  }

  void Fold(const std::vector<NewEvent>& events, const DecisionContext& context, absl::string_view step_name) {
    std::map<std::string, uint64_t> moved;
    for (const NewEvent& event : events) {
      const std::string stream = event.stream.ToString();
      if (moved.count(stream) == 0) moved[stream] = ++versions_[stream];
      const EventMeta meta{context.now, context.occurred_at, context.actor.agency_id(), moved[stream]};
      model_.Evolve(*ran_.state, event.stream, *event.event, meta);
      ran_.history.push_back(PastEvent{event.stream, event.event, meta});
    }
    for (const NewEvent& event : events) model_.NoteLeaf(*ran_.state, event.stream, *event.event, NamedLeaf(step_name));
  }

  const Scenario& scenario_;
  const ContextModel& model_;
  const RuleSetSource& rule_sets_;
  RanScenario& ran_;
  absl::Time next_now_;
  std::map<std::string, uint64_t> versions_;
};

}  // namespace

absl::StatusOr<testing::v1::Scenario> ParseScenario(absl::string_view text, const RuleSetSource& rule_sets) {
  SIP_ASSIGN_OR_RETURN(const std::string expanded, ExpandScenarioText(text, rule_sets));
  ErrorCollector errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  Scenario scenario;
  if (!parser.ParseFromString(expanded, &scenario)) return absl::InvalidArgumentError(errors.text());
  const int outcomes = (scenario.then().empty() ? 0 : 1) + (scenario.then_kinds().empty() ? 0 : 1) +
                       (scenario.then_nothing() ? 1 : 0) + (scenario.rejected().empty() ? 0 : 1);
  if (outcomes != 1) return absl::InvalidArgumentError("exactly one of then, then_kinds, then_nothing and rejected must be there");
  if (!scenario.when().has_command() && !scenario.when().has_import()) {
    return absl::InvalidArgumentError("when { command { … } } or when { import { … } } must be there");
  }
  return scenario;
}

absl::StatusOr<RanScenario> PlayScenario(const testing::v1::Scenario& scenario, const ContextModel& model,
                                         const RuleSetSource& rule_sets) {
  RanScenario ran;
  SIP_RETURN_IF_ERROR(Run(scenario, model, rule_sets, ran).Execute());
  return ran;
}

}  // namespace sip
