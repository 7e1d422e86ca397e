// Requests that must be refused, through gRPC against the real sipd: each with its exact reason, rule and field (the steps of
// tests/acceptance/data/bad_input, and here what text format cannot say), and none leaves anything behind: no record, no remembered
// request id, no change of a view.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/uuid.h"
#include "sip/cases/v1/case_service.pb.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/consent_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/story_fixture.h"
#include "tools/sipctl/data_folder.h"

namespace sip {
namespace {

constexpr char kStory[] = "tests/acceptance/data/bad_input";
constexpr char kCases[] = "sip.cases.v1.CaseService";
constexpr char kPlans[] = "sip.plans.v1.PlanService";

std::string TextField(const google::protobuf::Message& message, const char* name) {
  return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByName(name));
}

class BadInputTest : public StoryFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoryFixture::SetUp());
    player_ = OpenStory(kStory);
    ASSERT_NE(player_, nullptr);
  }

  // What an agency reads of the case, with how far was read but not when.
  std::string Read(const std::string& service, const std::string& method, const google::protobuf::Message& request) {
    const auto result = player_->CallAs("kommun-a", service, method, request);
    EXPECT_TRUE(result.ok()) << result.status();
    // There is nothing to be read of a case that has not been opened.
    EXPECT_TRUE(result->status.ok() || result->status.error_code() == grpc::StatusCode::NOT_FOUND)
        << method << ": " << result->status.error_message();
    google::protobuf::Message& response = *result->response;
    const auto* read_at = response.GetDescriptor()->FindFieldByName("read_at");
    static_cast<views::v1::ReadAt*>(response.GetReflection()->MutableMessage(&response, read_at))->clear_as_of_or_now();
    return response.DebugString();
  }
  std::string ReadViews() {
    views::v1::GetCaseRequest get_case;
    get_case.set_case_id(player_->IdOf("case"));
    views::v1::GetTimelineRequest timeline;
    timeline.set_case_id(player_->IdOf("case"));
    views::v1::GetConsentRequest consent;
    consent.set_case_id(player_->IdOf("case"));
    views::v1::GetCurrentPlanRequest plan;
    plan.set_case_id(player_->IdOf("case"));
    return Read("sip.views.v1.CaseViews", "GetCase", get_case) + Read("sip.views.v1.CaseViews", "GetTimeline", timeline) +
           Read("sip.views.v1.ConsentViews", "GetConsent", consent) + Read("sip.views.v1.PlanViews", "GetCurrentPlan", plan);
  }

  // Plays a step; `accepted` gets its request id if it was.
  void PlayStep(size_t i) {
    SCOPED_TRACE(player_->step(i).method() + ": " + player_->step(i).comment());
    const auto request = player_->RequestOf(i);
    const auto result = player_->Play(i);
    ASSERT_TRUE(request.ok() && result.ok()) << request.status() << result.status();
    const absl::Status answer = player_->CheckAnswer(i, result->status);
    EXPECT_TRUE(answer.ok()) << answer.message();
    if (result->status.ok()) accepted_.push_back(TextField(**request, "request_id"));
    if (!player_->step(i).refused().empty()) ExpectViewsStay(i);
  }

  // Being refused once more changes nothing that can be read. What was accepted before may still be on its way from one context to
  // another, and show meanwhile: then it is refused yet again.
  void ExpectViewsStay(size_t i) {
    constexpr int kMaxTries = 200;
    std::string before;
    std::string after;
    for (int tries = 0; tries < kMaxTries && (tries == 0 || before != after); ++tries) {
      before = ReadViews();
      const auto again = player_->Play(i);
      EXPECT_TRUE(again.ok() && !again->status.ok());
      after = ReadViews();
    }
    EXPECT_EQ(before, after);
  }
  void PlayAll() {
    for (size_t i = 0; i < player_->size(); ++i) PlayStep(i);
  }

  // Calls as the municipality; the request is refused for exactly this.
  void ExpectRefused(const std::string& service, const std::string& method, const google::protobuf::Message& request,
                     const std::string& violation) {
    const auto result = player_->CallAs("kommun-a", service, method, request);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(ViolationsOf(result->status), std::vector<std::string>{violation}) << result->status.error_message();
  }

  // Stops the server and gives, for every request id of an agency's command in the folder, how often it is there.
  std::map<std::string, int> RecordedRequests() {
    EXPECT_EQ(sipd_->Terminate().value_or(-1), 0) << sipd_->output();
    std::map<std::string, int> requests;
    const auto store = OpenDataFolder(sipd_->data_dir());
    EXPECT_TRUE(store.ok()) << store.status();
    const absl::Status read = (*store)->VisitRecords(0, [&](const RocksLogStore::StoredRecord& stored) -> absl::Status {
      log::v1::CommandHeader header;
      if (stored.record.kind != RecordKind::kCommand) return absl::OkStatus();
      if (!header.ParseFromString(std::string(stored.record.header))) return absl::DataLossError("a header cannot be parsed");
      if (!header.acting_agency().empty()) ++requests[Uuid::FromBytes(header.command_id())->ToString()];
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return requests;
  }

  void ExpectOnlyAcceptedIsRecorded() {
    std::map<std::string, int> expected;
    for (const std::string& id : accepted_) expected[id] = 1;
    EXPECT_EQ(RecordedRequests(), expected);
  }

  cases::v1::RecordContactMadeRequest Contact() const {
    cases::v1::RecordContactMadeRequest request;
    request.set_request_id(NewUuidV7().ToString());
    request.set_case_id(player_->IdOf("case"));
    request.mutable_by()->mutable_unit()->set_agency_id("kommun-a");
    request.mutable_with()->mutable_unit()->set_agency_id("region-nord");
    request.set_channel(common::v1::CHANNEL_PHONE);
    return request;
  }

  std::unique_ptr<StoryPlayer> player_;
  std::vector<std::string> accepted_;
};

TEST_F(BadInputTest, EveryStepIsRefusedExactlyAndLeavesNothingBehind) {
  PlayAll();
  ExpectOnlyAcceptedIsRecorded();
}

TEST_F(BadInputTest, TextsThatTextFormatCannotSayAreRefused) {
  PlayAll();
  for (const auto& [text, violation] : std::vector<std::pair<std::string, std::string>>{
           {std::string(100'000, 'x'), "LIMIT_EXCEEDED note"},
           {"abc\xff", "TEXT_INVALID note"},
           {"\xc3", "TEXT_INVALID note"},
           {"cafe\xcc\x81", "TEXT_INVALID note"},
           {"bell\x07", "TEXT_INVALID note"},
       }) {
    cases::v1::RecordContactMadeRequest request = Contact();
    request.set_note(text);
    ExpectRefused(kCases, "RecordContactMade", request, violation);
  }
  ExpectOnlyAcceptedIsRecorded();
}

TEST_F(BadInputTest, ARequestIdOfLongAgoIsRefused) {
  PlayAll();
  cases::v1::RecordContactMadeRequest request = Contact();
  // Whether it was answered before nobody knows any more after 90 days, so it is not carried out.
  request.set_request_id(MakeUuidV7(SystemClock().Now() - absl::Hours(24 * 91), RandomBytes(10)).ToString());
  ExpectRefused(kCases, "RecordContactMade", request, "REQUEST_ID_EXPIRED request_id");
  ExpectOnlyAcceptedIsRecorded();
}

TEST_F(BadInputTest, TooMuchAtOnceIsRefused) {
  PlayAll();
  plans::v1::EditPlanRequest edit;
  edit.set_request_id(NewUuidV7().ToString());
  edit.set_case_id(player_->IdOf("case"));
  edit.set_plan_id(player_->IdOf("plan"));
  for (int i = 0; i <= 200; ++i) edit.add_edits()->set_remove_element_id(player_->IdOf("others"));
  ExpectRefused(kPlans, "EditPlan", edit, "LIMIT_EXCEEDED edits");
  cases::v1::RecordContactMadeRequest large = Contact();
  large.set_note(std::string(300 << 10, 'x'));
  ExpectRefused(kCases, "RecordContactMade", large, "LIMIT_EXCEEDED");
  ExpectOnlyAcceptedIsRecorded();
}

}  // namespace
}  // namespace sip
