// The acceptance stories against the separate processes on three real brokers, each call through any instance of its service: the
// same answers and the same plans as from sipd on the embedded log, byte for byte.
#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sip/views/v1/deviation_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/acceptance/story.h"
#include "tests/acceptance/story_player.h"
#include "tests/cluster/service_cluster.h"

namespace sip {
namespace {

std::string NameOf(const std::string& folder) { return folder.substr(folder.rfind('/') + 1); }

// The same services apart and together, for all stories.
struct Servers {
  std::unique_ptr<ServiceCluster> apart;
  std::unique_ptr<SipdProcess> together;
};
Servers& TheServers() {
  static auto& servers = *new Servers();
  return servers;
}

class BothServers : public ::testing::Environment {
 public:
  void SetUp() override {
    auto apart = ServiceCluster::Start({});
    ASSERT_TRUE(apart.ok()) << apart.status();
    TheServers().apart = *std::move(apart);
    SipdOptions options;
    options.flags = {"--secret-file", TheServers().apart->secret_file()};
    auto together = SipdProcess::Create(options);
    ASSERT_TRUE(together.ok()) << together.status();
    TheServers().together = *std::move(together);
    const absl::Status started = TheServers().together->Start();
    ASSERT_TRUE(started.ok()) << started;
  }
  void TearDown() override { TheServers() = Servers(); }
};
[[maybe_unused]] ::testing::Environment* const kServers = ::testing::AddGlobalTestEnvironment(new BothServers());

class ClusterStoriesTest : public ::testing::TestWithParam<const char*> {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    TheServers().apart->KeepFolder();
    std::cerr << "what the instances said stays in " << TheServers().apart->folder() << "\n";
  }

  static std::unique_ptr<StoryPlayer> OpenOn(const std::function<std::string(const std::string& service)>& address_of) {
    auto player = StoryPlayer::Open({"", GetParam(), NameOf(GetParam()), address_of});
    EXPECT_TRUE(player.ok()) << player.status();
    return player.ok() ? *std::move(player) : nullptr;
  }
};

void PlayStep(StoryPlayer& player, size_t i) {
  const absl::Status played = player.PlayAsExpected(i).status();
  ASSERT_TRUE(played.ok()) << played.message();
}

// What was refused, and why: "there is none" and "it cannot be said now" are not the same.
std::string Refusal(const grpc::Status& status) {
  return absl::StrCat("refused with ", static_cast<int>(status.error_code()), ": ", absl::StrJoin(ViolationsOf(status), ", "));
}

// The deviations that are suggested, without their ids: those follow from the place of the foreign record.
std::string Suggestions(StoryPlayer& player) {
  views::v1::ListSuggestedDeviationsRequest request;
  request.set_case_id(player.IdOf("case"));
  const auto result = player.CallAs("kommun-a", "sip.views.v1.DeviationViews", "ListSuggestedDeviations", request);
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return "";
  if (!result->status.ok()) return Refusal(result->status);
  std::string text;
  for (const auto& row : static_cast<const views::v1::ListSuggestedDeviationsResponse&>(*result->response).suggestions()) {
    deviations::v1::DeviationSuggested suggested = row.suggested();
    suggested.clear_deviation_id();
    absl::StrAppend(&text, suggested.ShortDebugString(), ";");
  }
  return text;
}

// The plan as it is now, without what differs from run to run, or why there is none.
std::string PlanBytes(StoryPlayer& player) {
  views::v1::GetCurrentPlanRequest request;
  request.set_case_id(player.IdOf("case"));
  const auto result = player.CallAs("kommun-a", "sip.views.v1.PlanViews", "GetCurrentPlan", request);
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return "";
  if (!result->status.ok()) return Refusal(result->status);
  const auto& response = static_cast<const views::v1::GetCurrentPlanResponse&>(*result->response);
  return ForComparison(response.plan()).SerializeAsString();
}

TEST_P(ClusterStoriesTest, PlansAndSuggestionsAreThoseOfTheEmbeddedLog) {
  const auto apart = OpenOn([](const std::string& service) { return TheServers().apart->AnyAddressOf(service); });
  const auto together = OpenOn([](const std::string&) { return TheServers().together->address(); });
  ASSERT_TRUE(apart != nullptr && together != nullptr);
  bool with_plan = false;
  bool saw_plan = false;
  bool saw_suggestion = false;
  for (size_t i = 0; i < apart->size(); ++i) {
    SCOPED_TRACE(apart->step(i).method() + ": " + apart->step(i).comment());
    ASSERT_NO_FATAL_FAILURE(PlayStep(*together, i));
    ASSERT_NO_FATAL_FAILURE(PlayStep(*apart, i));
    const std::string plan = PlanBytes(*apart);
    ASSERT_EQ(plan, PlanBytes(*together));
    const std::string suggestions = Suggestions(*apart);
    ASSERT_EQ(suggestions, Suggestions(*together));
    with_plan = with_plan || !apart->step(i).expected_plan().empty();
    saw_plan = saw_plan || !absl::StartsWith(plan, "refused");
    saw_suggestion = saw_suggestion || !(suggestions.empty() || absl::StartsWith(suggestions, "refused"));
  }
  EXPECT_EQ(saw_plan, with_plan);
  EXPECT_EQ(saw_suggestion, NameOf(GetParam()) == "party_never_comes");
}

INSTANTIATE_TEST_SUITE_P(Stories, ClusterStoriesTest,
                         ::testing::Values("tests/acceptance/data/karl_a", "tests/acceptance/data/consent_withdrawn",
                                           "tests/acceptance/data/party_never_comes"),
                         [](const auto& story) { return NameOf(story.param); });

}  // namespace
}  // namespace sip
