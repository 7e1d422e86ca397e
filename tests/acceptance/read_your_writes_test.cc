// Many clients write at once, and each reads what it wrote at once: the token of an answer makes the next one include it. Nobody
// waits for anything but answers.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/consent_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_process.h"

namespace sip {
namespace {

constexpr size_t kClients = 24;
constexpr size_t kCasesOfEach = 3;
constexpr size_t kElementsOfEdit = 3;

CaseStoryOptions StoryOptions() { return {.contacts = 4, .with_plan = true, .edits = 4, .edit_elements = kElementsOfEdit}; }

constexpr char kGetCase[] = "/sip.views.v1.CaseViews/GetCase";
constexpr char kGetTimeline[] = "/sip.views.v1.CaseViews/GetTimeline";
constexpr char kGetConsent[] = "/sip.views.v1.ConsentViews/GetConsent";
constexpr char kGetCurrentPlan[] = "/sip.views.v1.PlanViews/GetCurrentPlan";

// What a case must look like after some of its story's calls.
struct Written {
  size_t contacts = 0;
  size_t assessments = 0;
  size_t offers = 0;
  size_t accepted = 0;
  size_t consents = 0;
  size_t drafts = 0;
  size_t elements = 0;

  void Add(absl::string_view path) {
    contacts += absl::EndsWith(path, "/RecordContactMade") ? 1 : 0;
    assessments += absl::EndsWith(path, "/AssessNeed") ? 1 : 0;
    offers += absl::EndsWith(path, "/OfferPlan") ? 1 : 0;
    accepted += absl::EndsWith(path, "/AcceptOffer") ? 1 : 0;
    consents += absl::EndsWith(path, "/GiveConsent") ? 1 : 0;
    drafts += absl::EndsWith(path, "/DraftPlan") ? 1 : 0;
    elements += absl::EndsWith(path, "/EditPlan") ? kElementsOfEdit : 0;
  }
};

// One client: plays its cases one after the other.
class Client {
 public:
  Client(RawClient& client, uint64_t number) : client_(client), number_(number) {}

  void PlayAll() {
    for (size_t i = 0; i < kCasesOfEach && !testing::Test::HasFailure(); ++i) {
      CaseStory story("read", number_ * kCasesOfEach + i, StoryOptions());
      Play(story);
    }
  }

 private:
  void Play(CaseStory& story) {
    Written written;
    while (!story.done()) {
      const RawCall call = story.NextCall();
      SCOPED_TRACE(call.path);
      const RawAnswer answer = client_.Call(call);
      ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
      ASSERT_TRUE(story.Answer(answer.response).ok());
      written.Add(call.path);
      // The person alone is no case yet.
      if (story.position() == 1) continue;
      ASSERT_NO_FATAL_FAILURE(CheckCase(story, written));
      ASSERT_NO_FATAL_FAILURE(CheckConsent(story, written));
      ASSERT_NO_FATAL_FAILURE(CheckPlan(story, written));
      ASSERT_NO_FATAL_FAILURE(CheckTimeline(story, written));
      ASSERT_NO_FATAL_FAILURE(CheckStranger(story));
    }
  }

  template <typename Request>
  RawAnswer Ask(const CaseStory& story, absl::string_view path, const std::string& agency) {
    Request request;
    request.set_case_id(story.case_id());
    return client_.Call({std::string(path), agency, story.Tokens(), request.SerializeAsString()});
  }

  template <typename Response, typename Request>
  void Get(const CaseStory& story, absl::string_view path, Response& response) {
    // Both agencies of the case see the same.
    const bool other = story.position() % 2 == 0;
    const RawAnswer answer = Ask<Request>(story, path, other ? kStoryOtherAgency : kStoryAgency);
    ASSERT_TRUE(answer.status.ok()) << path << ": " << answer.status.error_message();
    ASSERT_TRUE(response.ParseFromString(answer.response)) << path;
  }

  void CheckCase(const CaseStory& story, const Written& written) {
    views::v1::GetCaseResponse response;
    ASSERT_NO_FATAL_FAILURE((Get<views::v1::GetCaseResponse, views::v1::GetCaseRequest>(story, kGetCase, response)));
    const views::v1::CaseRow& row = response.case_row();
    ASSERT_EQ(row.case_id(), story.case_id());
    ASSERT_EQ(static_cast<size_t>(row.contacts_size()), written.contacts);
    ASSERT_EQ(static_cast<size_t>(row.assessments_size()), written.assessments);
    ASSERT_EQ(static_cast<size_t>(row.offers_size()), written.offers);
    ASSERT_EQ(row.offers_size() > 0 && row.offers(0).accepted(), written.accepted > 0);
    ASSERT_EQ(static_cast<size_t>(row.plans_size()), written.drafts);
  }

  void CheckConsent(const CaseStory& story, const Written& written) {
    views::v1::GetConsentResponse response;
    ASSERT_NO_FATAL_FAILURE((Get<views::v1::GetConsentResponse, views::v1::GetConsentRequest>(story, kGetConsent, response)));
    ASSERT_EQ(static_cast<size_t>(response.consent().consents_size()), written.consents);
    ASSERT_EQ(static_cast<size_t>(response.applying_size()), written.consents);
  }

  void CheckPlan(const CaseStory& story, const Written& written) {
    if (written.drafts == 0) {
      const RawAnswer answer = Ask<views::v1::GetCurrentPlanRequest>(story, kGetCurrentPlan, kStoryAgency);
      ASSERT_EQ(answer.status.error_code(), grpc::StatusCode::NOT_FOUND) << answer.status.error_message();
      return;
    }
    views::v1::GetCurrentPlanResponse response;
    ASSERT_NO_FATAL_FAILURE(
        (Get<views::v1::GetCurrentPlanResponse, views::v1::GetCurrentPlanRequest>(story, kGetCurrentPlan, response)));
    ASSERT_EQ(response.plan().plan_id(), story.plan_id());
    ASSERT_EQ(static_cast<size_t>(response.plan().draft().content().elements_size()), written.elements);
  }

  void CheckTimeline(const CaseStory& story, const Written& written) {
    views::v1::GetTimelineResponse response;
    ASSERT_NO_FATAL_FAILURE((Get<views::v1::GetTimelineResponse, views::v1::GetTimelineRequest>(story, kGetTimeline, response)));
    size_t consents = 0;
    for (const views::v1::TimelineRow& entry : response.entries()) consents += entry.log_name() == "sip.consent" ? 1 : 0;
    ASSERT_GE(consents, written.consents);
  }

  // An agency that has nothing to do with the case cannot tell it from one that does not exist.
  void CheckStranger(const CaseStory& story) {
    const CaseStory unknown("nobody", number_, StoryOptions());
    for (const char* path : {kGetCase, kGetTimeline, kGetConsent, kGetCurrentPlan}) {
      // All four requests begin with the case's id.
      const RawAnswer foreign = Ask<views::v1::GetCaseRequest>(story, path, kStoryStranger);
      const RawAnswer absent = Ask<views::v1::GetCaseRequest>(unknown, path, kStoryStranger);
      ASSERT_EQ(foreign.status.error_code(), grpc::StatusCode::NOT_FOUND) << path;
      ASSERT_EQ(foreign.status.error_code(), absent.status.error_code()) << path;
      ASSERT_EQ(foreign.status.error_message(), absent.status.error_message()) << path;
    }
  }

  RawClient& client_;
  const uint64_t number_;
};

TEST(ReadYourWritesTest, EveryAnswerIncludesWhatItsTokenStandsForUnderLoad) {
  const auto sipd = SipdProcess::Create({});
  ASSERT_TRUE(sipd.ok()) << sipd.status();
  const absl::Status started = (*sipd)->Start();
  ASSERT_TRUE(started.ok()) << started;
  RawClient raw((*sipd)->address(), 4);
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kClients; ++i) threads.emplace_back([&raw, i] { Client(raw, i).PlayAll(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ((*sipd)->Terminate().value_or(-1), 0);
}

}  // namespace
}  // namespace sip
