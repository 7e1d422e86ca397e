// Plays Karl's story through the deciders, reactions and the plan view of all its contexts, in memory: without a server, an engine
// or a log, so that what is refused is refused by a rule. With SIP_UPDATE_GOLDEN=1 the expected files are written instead of
// compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/matchers.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "libs/views/memory_view.h"
#include "services/consent/domain/consent.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/plans/domain/plans_context.h"
#include "services/views/projections/current_plan.h"
#include "services/views/projections/render_plan.h"
#include "services/views/queries/plan_queries.h"
#include "services/views/server/memory_rows.h"
#include "sip/subjects/v1/subject_service.pb.h"
#include "tests/acceptance/story.h"

namespace sip {
namespace {

using google::protobuf::Message;
using testing::v1::StoryStep;
using views::v1::PlanRow;

constexpr char kFolder[] = "tests/acceptance/data/karl_a";

bool UpdatesGolden() { return std::getenv("SIP_UPDATE_GOLDEN") != nullptr; }

std::string IdOf(const std::string& name) { return NamedId(name).ToString(); }

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// One context with its state of Karl's case.
struct Played {
  std::unique_ptr<ContextModel> model;
  std::unique_ptr<CaseState> state;
  uint64_t records = 0;
};

// The command wrapper of the context with the request in its field; null if no command of the context takes it.
std::unique_ptr<Message> CommandOf(const ContextModel& model, const Message& request) {
  for (const Message* wrapper : model.CommandTypes()) {
    for (int i = 0; i < wrapper->GetDescriptor()->field_count(); ++i) {
      const auto* field = wrapper->GetDescriptor()->field(i);
      if (field->message_type() != request.GetDescriptor()) continue;
      std::unique_ptr<Message> command(wrapper->New());
      command->GetReflection()->MutableMessage(command.get(), field)->CopyFrom(request);
      return command;
    }
  }
  return nullptr;
}

// The full name of the kind that an event wrapper holds.
std::string KindOf(const Message& event) {
  const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  return field == nullptr ? "" : field->message_type()->full_name();
}

class KarlsStory {
 public:
  KarlsStory() {
    Add(MakeContextModel<PlansContext>());
    Add(MakeContextModel<ConsentContext>());
    Add(MakeContextModel<MeetingsContext>());
    names_[IdOf("case")] = "case";  // Filled in by the player, and so in no chapter's text.
    const auto chapters = ReadChapters(kFolder);
    for (const auto& [file, text] : *chapters) {
      for (const std::string& name : NamesIn(text)) names_[IdOf(name)] = name;
    }
  }

  void Play(const StoryStep& step) {
    SCOPED_TRACE(absl::StrCat(step.method(), " ", step.occurred_at(), ": ", step.comment()));
    if (step.service() == "sip.subjects.v1.SubjectService") return;  // A person is no case's; who she is stands in OpenCase below.
    StartStep(step);
    const auto request = RequestOf(step);
    for (Played& context : contexts_) {
      if (const auto command = CommandFor(*context.model, *request)) Decide(context, *command);
    }
    if (!step.expected_plan().empty() || !step.expected_text().empty()) Compare(step);
  }

 private:
  void Add(std::unique_ptr<ContextModel> model) {
    auto state = model->InitialState();
    contexts_.push_back({std::move(model), std::move(state), 0});
  }

  void StartStep(const StoryStep& step) {
    context_ = DecisionContext();
    context_.zone = Stockholm();
    context_.occurred_at = ParseScenarioOccurred(step.occurred_at()).value();
    // Recorded at noon of a day that is all that is known, and always later than what was recorded before.
    const absl::Duration noon = context_.occurred_at.has_date() ? absl::Hours(12) : absl::ZeroDuration();
    now_ = std::max(now_ + absl::Seconds(1), EffectiveTime(context_.occurred_at, context_.zone) + noon);
    context_.now = now_;
    context_.actor.set_agency_id(step.agency());
    context_.actor.set_unit_id(step.unit());
    context_.case_id = NamedId("case");
    context_.command_id = NamedId(absl::StrCat("request-", ++steps_));
    context_.id_seed = NamedSeed(absl::StrCat("step-", steps_));
    context_.rule_sets = &TestRuleSets();
    context_.agencies = &TestAgencies();
  }

  static std::unique_ptr<Message> RequestOf(const StoryStep& step) {
    const std::string name = step.request().type_url().substr(step.request().type_url().rfind('/') + 1);
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    EXPECT_TRUE(request->ParseFromString(step.request().value()));
    return request;
  }

  // As the server hands it to the context: with the case, and for OpenCase with what it knows of the person.
  static std::unique_ptr<Message> CommandFor(const ContextModel& model, Message& request) {
    if (const auto* field = request.GetDescriptor()->FindFieldByName("case_id"); field != nullptr) {
      request.GetReflection()->SetString(&request, field, IdOf("case"));
    }
    if (request.GetDescriptor() != cases::v1::OpenCaseRequest::descriptor()) return CommandOf(model, request);
    cases::v1::OpenCaseCommand open;
    open.mutable_request()->CopyFrom(request);
    open.mutable_subject()->set_subject_id(IdOf("karl"));
    *open.mutable_subject()->mutable_birth_date() = ToProto(absl::CivilDay(1936, 2, 14));
    return CommandOf(model, open);
  }

  void Decide(Played& context, const Message& command) {
    const auto decided = context.model->Decide(*context.state, command, context_);
    if (const auto* rejection = std::get_if<Rejection>(&decided)) {
      ADD_FAILURE() << rejection->DebugString();
      return;
    }
    Record(context, std::get<Decided>(decided).events, context_);
  }

  // Folds what happened, shows it to the view, and lets the other contexts import it at once.
  void Record(Played& context, const std::vector<NewEvent>& events, const DecisionContext& by) {
    RecordedCommand record;
    record.log_name = context.model->log_name();
    record.idx = context.records++;
    record.recorded_at = by.now;
    const auto header = std::make_shared<log::v1::CommandHeader>();
    header->set_case_id(by.case_id.ToBytes());
    header->set_acting_agency(by.actor.agency_id());
    *header->mutable_occurred_at() = by.occurred_at;
    record.header = header;
    const EventMeta meta{by.now, by.occurred_at, by.actor.agency_id(), record.idx};
    for (const NewEvent& event : events) {
      context.model->Evolve(*context.state, event.stream, *event.event, meta);
      record.events.push_back({event.stream, record.idx, event.event});
    }
    if (record.log_name == "sip.plans") projection_.Apply(record, view_);
    for (Played& other : contexts_) {
      if (Imports(*other.model, record)) Import(other, record);
    }
  }

  static bool Imports(const ContextModel& model, const RecordedCommand& record) {
    const auto imports = model.Imports();
    return std::any_of(record.events.begin(), record.events.end(), [&](const RecordedEvent& event) {
      return std::any_of(imports.begin(), imports.end(), [&](const ImportedKind& kind) {
        return kind.foreign_log == record.log_name && kind.foreign_kind == KindOf(*event.event);
      });
    });
  }

  void Import(Played& context, const RecordedCommand& foreign) {
    DecisionContext by = context_;
    by.actor.clear_agency_id();
    by.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
    const auto events = context.model->React(*context.state, foreign, by);
    if (!events.empty()) Record(context, events, by);
  }

  void Compare(const StoryStep& step) {
    const auto found = FindPlan(MemoryRows(view_.rows()), IdOf("case"), IdOf("plan"));
    ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
    const PlanRow& row = **found;
    if (!step.expected_plan().empty()) ComparePlan(absl::StrCat(kFolder, "/", step.expected_plan()), row);
    if (step.expected_text().empty()) return;
    const rules::v1::RuleSet& rules = *TestRuleSets().Find(row.rule_set_id());
    const std::string text = RenderPlan(row, rules.plan_template(), views::v1::RENDER_FORMAT_TEXT, context_.zone);
    const std::string path = absl::StrCat(kFolder, "/", step.expected_text());
    if (UpdatesGolden()) WriteFile(path, text);
    EXPECT_EQ(text, ReadFile(path));
  }

  void ComparePlan(const std::string& path, const PlanRow& row) {
    if (UpdatesGolden()) WriteFile(path, ExpectedText(row, names_));
    EXPECT_THAT(ForComparison(row), EqualsProto(ParseText<PlanRow>(ExpandNames(ReadFile(path), IdOf)))) << path;
  }

  std::vector<Played> contexts_;
  const CurrentPlanProjection projection_;
  MemoryView view_;
  DecisionContext context_;
  absl::Time now_ = absl::InfinitePast();
  int steps_ = 0;
  std::map<std::string, std::string> names_;  // By id.
};

TEST(KarlAPlanTest, EveryStepLeadsToTheExpectedPlan) {
  subjects::v1::SubjectCommand::default_instance();  // The story names a request of this service, too.
  const auto chapters = ReadChapters(kFolder);
  ASSERT_TRUE(chapters.ok()) << chapters.status();
  KarlsStory karl;
  for (const auto& [file, text] : *chapters) {
    const auto chapter = ParseChapter(ExpandNames(text, IdOf), file);
    ASSERT_TRUE(chapter.ok()) << chapter.status();
    for (const StoryStep& step : chapter->steps()) karl.Play(step);
  }
}

}  // namespace
}  // namespace sip
