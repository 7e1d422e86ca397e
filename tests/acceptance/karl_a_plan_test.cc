// Plays the plan's part of Karl's story through the deciders and the plan view, without any server: cases and plans are decided,
// consents are taken as given, and the meetings do not matter to the plan's text. With SIP_UPDATE_GOLDEN=1 the expected files are
// written instead of compared.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/facts.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/matchers.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "services/plans/domain/plans_context.h"
#include "services/views/projections/current_plan.h"
#include "services/views/projections/render_plan.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/meetings/v1/meeting_service.pb.h"
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

class MapView final : public ViewBatch {
 public:
  std::optional<std::string> Get(absl::string_view key) override {
    const auto it = rows_.find(std::string(key));
    if (it == rows_.end()) return std::nullopt;
    return it->second;
  }
  void Put(absl::string_view key, absl::string_view value) override { rows_[std::string(key)] = std::string(value); }
  void Delete(absl::string_view key) override { rows_.erase(std::string(key)); }
  void Scan(absl::string_view prefix, const std::function<bool(absl::string_view, absl::string_view)>& visit) override {
    for (const auto& [key, value] : rows_) {
      if (absl::StartsWith(key, prefix) && !visit(key, value)) return;
    }
  }

 private:
  std::map<std::string, std::string> rows_;
};

// The field of the command wrapper that takes this request.
void SetRequest(const Message& request, Message& wrapper) {
  for (int i = 0; i < wrapper.GetDescriptor()->field_count(); ++i) {
    const auto* field = wrapper.GetDescriptor()->field(i);
    if (field->message_type() != request.GetDescriptor()) continue;
    wrapper.GetReflection()->MutableMessage(&wrapper, field)->CopyFrom(request);
    return;
  }
  ADD_FAILURE() << "No command takes " << request.GetTypeName();
}

class KarlsPlan {
 public:
  KarlsPlan() : model_(MakeContextModel<PlansContext>()), state_(model_->InitialState()) {
    names_[IdOf("case")] = "case";  // Filled in by the player, and so in no chapter's text.
    const auto chapters = ReadChapters(kFolder);
    for (const auto& [file, text] : *chapters) {
      for (const std::string& name : NamesIn(text)) names_[IdOf(name)] = name;
    }
  }

  void Play(const StoryStep& step) {
    SCOPED_TRACE(absl::StrCat(step.method(), " ", step.occurred_at(), ": ", step.comment()));
    StartStep(step);
    if (step.service() == "sip.consent.v1.ConsentService") return GiveConsent(step);
    if (step.service() == "sip.cases.v1.CaseService") return PlayCase(step);
    if (step.service() != "sip.plans.v1.PlanService") return;
    plans::v1::PlanCommand command;
    SetRequest(*RequestOf(step), command);
    Decide(command);
    Compare(step);
  }

 private:
  void StartStep(const StoryStep& step) {
    context_ = DecisionContext();
    context_.zone = Stockholm();
    context_.occurred_at = ParseScenarioOccurred(step.occurred_at()).value();
    // Recorded at noon of a day that is all that is known, and always later than what was recorded before.
    const absl::Duration noon = context_.occurred_at.has_date() ? absl::Hours(12) : absl::ZeroDuration();
    now_ = std::max(now_ + absl::Seconds(1), EffectiveTime(context_.occurred_at, context_.zone) + noon);
    context_.now = now_;
    context_.actor.set_agency_id(step.agency());
    context_.case_id = NamedId("case");
    context_.id_seed = NamedSeed(absl::StrCat("step-", ++steps_));
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

  void PlayCase(const StoryStep& step) {
    const auto request = RequestOf(step);
    cases::v1::CaseCommand command;
    if (step.method() == "OpenCase") {
      cases::v1::OpenCaseRequest& open = *command.mutable_open_case()->mutable_request();
      open.CopyFrom(*request);
      open.set_case_id(IdOf("case"));
      command.mutable_open_case()->mutable_subject()->set_subject_id(IdOf("karl"));
      *command.mutable_open_case()->mutable_subject()->mutable_birth_date() = ToProto(absl::CivilDay(1936, 2, 14));
    } else {
      SetRequest(*request, command);
    }
    Decide(command);
  }

  void GiveConsent(const StoryStep& step) {
    consent::v1::GiveConsentRequest request;
    request.CopyFrom(*RequestOf(step));
    common::v1::ConsentGrant& grant = *scope_.add_grants();
    grant.set_consent_id(request.consent_id());
    grant.set_kind(request.kind());
    *grant.mutable_applies_from() = ToProto(EffectiveTime(context_.occurred_at, context_.zone));
    *grant.mutable_parties() = request.parties();
    common::v1::FactEvent event;
    *event.mutable_consent_scope_imported()->mutable_scope() = scope_;
    Record({MakeNewEvent(FactsStream(context_.case_id), std::move(event))});
  }

  void Decide(const Message& command) {
    const auto decided = model_->Decide(*state_, command, context_);
    if (const auto* rejection = std::get_if<Rejection>(&decided)) {
      ADD_FAILURE() << rejection->DebugString();
      return;
    }
    Record(std::get<Decided>(decided).events);
  }

  void Record(const std::vector<NewEvent>& events) {
    RecordedCommand record;
    record.log_name = "sip.plans";
    record.idx = records_++;
    record.recorded_at = context_.now;
    record.header.set_case_id(context_.case_id.ToBytes());
    record.header.set_acting_agency(context_.actor.agency_id());
    *record.header.mutable_occurred_at() = context_.occurred_at;
    const EventMeta meta{context_.now, context_.occurred_at, context_.actor.agency_id(), record.idx};
    for (const NewEvent& event : events) {
      model_->Evolve(*state_, event.stream, *event.event, meta);
      record.events.push_back({event.stream, record.idx, event.event});
    }
    projection_.Apply(record, view_);
  }

  void Compare(const StoryStep& step) {
    PlanRow row;
    ASSERT_TRUE(row.ParseFromString(view_.Get(PlanRowKey(IdOf("case"), IdOf("plan"))).value_or("")));
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

  const std::unique_ptr<ContextModel> model_;
  std::unique_ptr<CaseState> state_;
  const CurrentPlanProjection projection_;
  MapView view_;
  common::v1::ConsentScope scope_;
  DecisionContext context_;
  absl::Time now_ = absl::InfinitePast();
  uint64_t records_ = 0;
  int steps_ = 0;
  std::map<std::string, std::string> names_;  // By id.
};

TEST(KarlAPlanTest, EveryStepLeadsToTheExpectedPlan) {
  // The stories name requests of these services too.
  consent::v1::ConsentCommand::default_instance();
  meetings::v1::MeetingCommand::default_instance();
  subjects::v1::SubjectCommand::default_instance();
  const auto chapters = ReadChapters(kFolder);
  ASSERT_TRUE(chapters.ok()) << chapters.status();
  KarlsPlan karl;
  for (const auto& [file, text] : *chapters) {
    const auto chapter = ParseChapter(ExpandNames(text, IdOf), file);
    ASSERT_TRUE(chapter.ok()) << chapter.status();
    for (const StoryStep& step : chapter->steps()) karl.Play(step);
  }
}

}  // namespace
}  // namespace sip
