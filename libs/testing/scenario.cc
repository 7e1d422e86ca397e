#include "libs/testing/scenario.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/scenario_text.h"
// Only here and not in the header: the package's namespace sip::testing would hide ::testing from tests in namespace sip.
#include "sip/testing/v1/scenario.pb.h"

namespace sip {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::v1::Scenario;
using testing::v1::Step;

constexpr char kDefaultNow[] = "2018-03-01 10:00";
constexpr char kDefaultAgency[] = "region-nord";
constexpr char kCaseName[] = "case";

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

absl::StatusOr<Scenario> ParseScenario(absl::string_view text, const RuleSetSource& rule_sets) {
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

// The message in `any`, of the type that it was compiled with.
absl::StatusOr<std::unique_ptr<Message>> Unpack(const Any& any) {
  const std::string name(any.type_url().substr(any.type_url().rfind('/') + 1));
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (descriptor == nullptr) return absl::InvalidArgumentError(absl::StrCat("unknown message type \"", name, "\""));
  std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  if (!any.UnpackTo(message.get())) return absl::InvalidArgumentError(absl::StrCat("cannot unpack ", name));
  return message;
}

// The field of the wrapper's oneof that is set; null if none.
const FieldDescriptor* KindOf(const Message& wrapper) {
  if (wrapper.GetDescriptor()->oneof_decl_count() == 0) return nullptr;
  return wrapper.GetReflection()->GetOneofFieldDescriptor(wrapper, wrapper.GetDescriptor()->oneof_decl(0));
}

std::string KindName(const Message& wrapper) {
  const FieldDescriptor* kind = KindOf(wrapper);
  return kind == nullptr ? "(no kind)" : kind->name();
}

bool OneOf(const std::vector<const Message*>& prototypes, const Message& message) {
  return std::any_of(prototypes.begin(), prototypes.end(),
                     [&](const Message* prototype) { return prototype->GetDescriptor() == message.GetDescriptor(); });
}

// The string field of that name in the wrapper's inner message; null if it has none.
const FieldDescriptor* StringField(const Message& inner, const char* name) {
  const FieldDescriptor* field = inner.GetDescriptor()->FindFieldByName(name);
  const bool fits = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return fits ? field : nullptr;
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

std::string Describe(const Rejection& rejection) {
  return absl::StrJoin(rejection.violations(), "\n", [](std::string* out, const Violation& violation) {
    absl::StrAppend(out, "  rejected { ", violation.ShortDebugString(), " }");
  });
}

std::string Describe(const std::vector<NewEvent>& events) {
  if (events.empty()) return "  (no events)";
  return absl::StrJoin(events, "\n", [](std::string* out, const NewEvent& event) {
    absl::StrAppend(out, "  then { stream: \"", event.stream.ToString(), "\" event { [type.googleapis.com/",
                    event.event->GetDescriptor()->full_name(), "] {\n", event.event->Utf8DebugString(), "} } }");
  });
}

bool Matches(const Violation& expected, const Violation& actual) {
  return expected.reason() == actual.reason() && expected.rule() == actual.rule() &&
         (expected.field().empty() || expected.field() == actual.field()) &&
         (expected.detail().empty() || expected.detail() == actual.detail());
}

// Every expected violation is there once, and no other. Those that state a field choose first.
bool Matches(const Scenario& scenario, const Rejection& actual) {
  if (scenario.rejected_size() != actual.violations_size()) return false;
  std::vector<const Violation*> expected;
  for (const Violation& violation : scenario.rejected()) expected.push_back(&violation);
  std::stable_sort(expected.begin(), expected.end(), [](const Violation* a, const Violation* b) {
    return (a->field().empty() ? 0 : 1) + (a->detail().empty() ? 0 : 1) >
           (b->field().empty() ? 0 : 1) + (b->detail().empty() ? 0 : 1);
  });
  std::vector<bool> taken(static_cast<size_t>(actual.violations_size()), false);
  return std::all_of(expected.begin(), expected.end(), [&](const Violation* violation) {
    for (int i = 0; i < actual.violations_size(); ++i) {
      if (taken[static_cast<size_t>(i)] || !Matches(*violation, actual.violations(i))) continue;
      taken[static_cast<size_t>(i)] = true;
      return true;
    }
    return false;
  });
}

absl::Status CheckEvent(const testing::v1::ExpectedEvent& expected, const NewEvent& actual) {
  if (!expected.stream().empty() && expected.stream() != actual.stream.ToString()) {
    return absl::FailedPreconditionError(
        absl::StrCat("stream is ", actual.stream.ToString(), ", expected was ", expected.stream()));
  }
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, Unpack(expected.event()));
  if (message->GetDescriptor() != actual.event->GetDescriptor()) {
    return absl::FailedPreconditionError(absl::StrCat("is a ", actual.event->GetDescriptor()->full_name(), ", expected was a ",
                                                      message->GetDescriptor()->full_name()));
  }
  google::protobuf::util::MessageDifferencer differencer;
  if (expected.partial()) differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  if (!differencer.Compare(*message, *actual.event)) {
    return absl::FailedPreconditionError(absl::StrCat("differs (expected -> actual):\n", difference));
  }
  return absl::OkStatus();
}

using Outcome = std::variant<std::vector<NewEvent>, Rejection>;

bool SameOutcome(const Outcome& a, const Outcome& b) {
  if (a.index() != b.index()) return false;
  if (const auto* rejection = std::get_if<Rejection>(&a)) {
    return google::protobuf::util::MessageDifferencer::Equals(*rejection, std::get<Rejection>(b));
  }
  const auto& events_a = std::get<std::vector<NewEvent>>(a);
  const auto& events_b = std::get<std::vector<NewEvent>>(b);
  return std::equal(events_a.begin(), events_a.end(), events_b.begin(), events_b.end(), [](const NewEvent& x, const NewEvent& y) {
    return x.stream == y.stream && x.event->GetDescriptor() == y.event->GetDescriptor() &&
           google::protobuf::util::MessageDifferencer::Equals(*x.event, *y.event);
  });
}

// Compares what came with what the scenario expects.
absl::Status CheckOutcome(const Scenario& scenario, const Outcome& outcome) {
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    if (!scenario.rejected().empty() && Matches(scenario, *rejection)) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("it was refused:\n", Describe(*rejection)));
  }
  const auto& events = std::get<std::vector<NewEvent>>(outcome);
  const auto unexpected = [&](absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat(why, "; these events came:\n", Describe(events)));
  };
  if (!scenario.rejected().empty()) return unexpected("it was not refused");
  if (scenario.then_nothing()) return events.empty() ? absl::OkStatus() : unexpected("nothing was to follow");
  if (!scenario.then_kinds().empty()) {
    std::vector<std::string> kinds;
    for (const NewEvent& event : events) kinds.push_back(KindName(*event.event));
    const bool equal = std::equal(kinds.begin(), kinds.end(), scenario.then_kinds().begin(), scenario.then_kinds().end());
    return equal ? absl::OkStatus() : unexpected(absl::StrCat("the kinds are ", absl::StrJoin(kinds, ", ")));
  }
  if (scenario.then_size() != static_cast<int>(events.size())) {
    return unexpected(absl::StrCat(scenario.then_size(), " events were expected"));
  }
  for (int i = 0; i < scenario.then_size(); ++i) {
    const absl::Status same = CheckEvent(scenario.then(i), events[static_cast<size_t>(i)]);
    if (!same.ok()) return unexpected(absl::StrCat("event ", i + 1, " ", same.message()));
  }
  return absl::OkStatus();
}

// One run: the context's state, the clock and the stream versions.
class Run {
 public:
  Run(const Scenario& scenario, const ContextModel& model, const RuleSetSource& rule_sets)
      : scenario_(scenario), model_(model), rule_sets_(rule_sets), state_(model.InitialState()) {}

  absl::Status Execute() {
    SIP_RETURN_IF_ERROR(SetUp());
    for (int i = 0; i < scenario_.given_size(); ++i) {
      const std::string name = absl::StrCat("given-", i + 1);
      const absl::Status status = Given(scenario_.given(i), name);
      if (!status.ok()) return absl::FailedPreconditionError(absl::StrCat(name, ": ", status.message()));
    }
    SIP_ASSIGN_OR_RETURN(const DecisionContext context, Prepare(scenario_.when(), "when"));
    SIP_ASSIGN_OR_RETURN(const Outcome outcome, Carry(scenario_.when(), context, "when"));
    SIP_RETURN_IF_ERROR(CheckOutcome(scenario_, outcome));
    if (const auto* events = std::get_if<std::vector<NewEvent>>(&outcome)) Fold(*events, context);
    return absl::OkStatus();
  }

 private:
  absl::Status SetUp() {
    const std::string& now = scenario_.setup().now();
    SIP_ASSIGN_OR_RETURN(next_now_, ParseScenarioTime(now.empty() ? kDefaultNow : now));
    if (scenario_.setup().agencies().empty()) {
      agencies_ = TestAgencies();
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
    agencies_ = AgencyDirectory(directory);
    return absl::OkStatus();
  }

  absl::Status Given(const Step& step, const std::string& default_name) {
    SIP_ASSIGN_OR_RETURN(const DecisionContext context, Prepare(step, default_name));
    if (step.has_event()) return GivenEvent(step, context);
    SIP_ASSIGN_OR_RETURN(const Outcome outcome, Carry(step, context, default_name));
    if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
      return absl::FailedPreconditionError(absl::StrCat("was refused:\n", Describe(*rejection)));
    }
    Fold(std::get<std::vector<NewEvent>>(outcome), context);
    return absl::OkStatus();
  }

  absl::Status GivenEvent(const Step& step, const DecisionContext& context) {
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
    Fold({NewEvent{*parsed, std::move(event)}}, context);
    return absl::OkStatus();
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
    const std::string& name = step.name().empty() ? default_name : step.name();
    context.command_id = NamedId(name);
    context.id_seed = NamedSeed(name);
    context.case_id = NamedId(kCaseName);
    context.rule_sets = &rule_sets_;
    context.agencies = &agencies_;
    return context;
  }

  std::string ActingAgency(const Step& step) const {
    if (!step.acting_agency().empty()) return step.acting_agency();
    return scenario_.setup().acting_agency().empty() ? kDefaultAgency : scenario_.setup().acting_agency();
  }

  absl::StatusOr<Outcome> Carry(const Step& step, const DecisionContext& context, const std::string& name) const {
    if (step.has_command()) return Decide(step, context);
    if (step.has_import()) return React(step, context);
    return absl::InvalidArgumentError(absl::StrCat(name, " has neither event nor command nor import"));
  }

  absl::StatusOr<Outcome> Decide(const Step& step, DecisionContext context) const {
    SIP_ASSIGN_OR_RETURN(const std::unique_ptr<Message> command, Unpack(step.command()));
    if (!OneOf(model_.CommandTypes(), *command)) {
      return absl::InvalidArgumentError(absl::StrCat(command->GetDescriptor()->full_name(), " is no command of this context"));
    }
    const FieldDescriptor* kind = KindOf(*command);
    if (kind == nullptr) return absl::InvalidArgumentError("the command has no kind");
    Message& inner = *command->GetReflection()->MutableMessage(command.get(), kind);
    context.command_id = FillId(inner, "request_id", context.command_id);
    context.case_id = FillId(inner, "case_id", context.case_id);
    const auto decide = [&]() -> Outcome {
      auto result = model_.Decide(*state_, *command, context);
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

  absl::StatusOr<Outcome> React(const Step& step, DecisionContext context) const {
    RecordedCommand foreign;
    foreign.log_name = step.import().log();
    foreign.recorded_at = context.now;
    foreign.header.set_case_id(context.case_id.ToBytes());
    foreign.header.set_acting_agency(context.actor.agency_id());
    *foreign.header.mutable_occurred_at() = context.occurred_at;
    *foreign.header.mutable_recorded_at() = ToProto(context.now);
    for (const testing::v1::ForeignEvent& event : step.import().events()) {
      const std::optional<StreamId> stream = StreamId::Parse(event.stream());
      if (!stream.has_value()) return absl::InvalidArgumentError(absl::StrCat("\"", event.stream(), "\" is no stream"));
      SIP_ASSIGN_OR_RETURN(std::unique_ptr<Message> message, Unpack(event.event()));
      if (KindOf(*message) == nullptr) return absl::InvalidArgumentError("a foreign event has no kind");
      foreign.events.push_back(RecordedEvent{*stream, 1, std::move(message)});
    }
    context.actor.Clear();
    context.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
    const std::vector<NewEvent> events = model_.React(*state_, foreign, context);
    if (!SameOutcome(Outcome(events), Outcome(model_.React(*state_, foreign, context)))) {
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

  void Fold(const std::vector<NewEvent>& events, const DecisionContext& context) {
    std::map<std::string, uint64_t> moved;
    for (const NewEvent& event : events) {
      const std::string stream = event.stream.ToString();
      if (moved.count(stream) == 0) moved[stream] = ++versions_[stream];
      model_.Evolve(*state_, event.stream, *event.event,
                    EventMeta{context.now, context.occurred_at, context.actor.agency_id(), moved[stream]});
    }
  }

  const Scenario& scenario_;
  const ContextModel& model_;
  const RuleSetSource& rule_sets_;
  AgencyDirectory agencies_;
  std::unique_ptr<CaseState> state_;
  absl::Time next_now_;
  std::map<std::string, uint64_t> versions_;
};

// The comment that a file begins with.
std::string StoryOf(absl::string_view text) {
  std::string story;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "#")) break;
    absl::StrAppend(&story, line, "\n");
  }
  return story;
}

}  // namespace

absl::Status RunScenario(absl::string_view text, const ContextModel& model, const RuleSetSource& rule_sets) {
  SIP_ASSIGN_OR_RETURN(const Scenario scenario, ParseScenario(text, rule_sets));
  return Run(scenario, model, rule_sets).Execute();
}

absl::Status RunScenarioFile(const std::string& path, const ContextModel& model, const RuleSetSource& rule_sets) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::ostringstream text;
  text << file.rdbuf();
  const std::string story = StoryOf(text.str());
  if (story.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " must begin with its story, as a comment"));
  const absl::Status status = RunScenario(text.str(), model, rule_sets);
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(path, "\n", story, status.message()));
}

std::vector<std::string> ScenarioFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
    if (entry.path().extension() == ".txtpb") files.push_back(entry.path().string());
  }
  if (files.empty()) return {directory + "/none.txtpb"};
  std::sort(files.begin(), files.end());
  return files;
}

std::string ScenarioName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

const AgencyDirectory& TestAgencies() {
  static const AgencyDirectory* const kAgencies = [] {
    constexpr char kText[] = R"pb(
      agencies { agency_id: "region-nord" kind: AGENCY_KIND_REGION name: "Region Nord" rule_set_owner: "skl" }
      agencies { agency_id: "region-syd" kind: AGENCY_KIND_REGION name: "Region Syd" rule_set_owner: "skl" }
      agencies { agency_id: "kommun-a" kind: AGENCY_KIND_MUNICIPALITY name: "Kommun A" rule_set_owner: "skl" }
      agencies { agency_id: "kommun-b" kind: AGENCY_KIND_MUNICIPALITY name: "Kommun B" rule_set_owner: "skl" }
      agencies { agency_id: "skola-x" kind: AGENCY_KIND_SCHOOL name: "Skola X" rule_set_owner: "skl" }
      agencies { agency_id: "fk" kind: AGENCY_KIND_STATE_AUTHORITY name: "Försäkringskassan" rule_set_owner: "skl" }
      agencies {
        agency_id: "vard-ab"
        kind: AGENCY_KIND_PRIVATE_PROVIDER
        name: "Vård AB"
        rule_set_owner: "skl"
        acts_for_agency_id: "region-nord"
      }
      agencies { agency_id: "forening-y" kind: AGENCY_KIND_OTHER name: "Förening Y" rule_set_owner: "skl" }
    )pb";
    rules::v1::AgencyDirectory directory;
    SIP_CHECK(google::protobuf::TextFormat::ParseFromString(kText, &directory));
    return new AgencyDirectory(directory);
  }();
  return *kAgencies;
}

const RuleSetSource& NoRuleSets() {
  class None final : public RuleSetSource {
   public:
    const rules::v1::RuleSet* Find(absl::string_view) const override { return nullptr; }
    const rules::v1::RuleSet* FindByDigest(absl::string_view) const override { return nullptr; }
    const rules::v1::RuleSet* ValidOn(absl::string_view, absl::CivilDay) const override { return nullptr; }
    std::string DigestOf(const rules::v1::RuleSet&) const override { return ""; }
  };
  static const None* const kNone = new None();
  return *kNone;
}

}  // namespace sip
