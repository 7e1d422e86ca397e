// A signature names the record that was read: through gRPC against the real sipd, before and after it has forgotten all that it had
// in memory.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/base/sha256.h"
#include "libs/base/uuid.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/story_fixture.h"

namespace sip {
namespace {

constexpr char kStory[] = "tests/acceptance/data/karl_a";
constexpr char kPlans[] = "sip.plans.v1.PlanService";
constexpr char kOtherRecord[] = "PLAN_RECORD_OTHER SIG-02 record_leaf";

class SignatureTest : public StoryFixture {
 protected:
  // Plays Karl's story until his plan is to be signed.
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoryFixture::SetUp());
    player_ = OpenStory(kStory);
    ASSERT_NE(player_, nullptr);
    for (size_t i = 0; player_->step(i).method() != "SignPlan"; ++i) {
      ASSERT_LT(i + 1, player_->size());
      const auto played = player_->PlayAsExpected(i);
      ASSERT_TRUE(played.ok()) << played.status();
    }
  }

  std::string LeafOfPlanInForce() {
    views::v1::GetCurrentPlanRequest request;
    request.set_case_id(player_->IdOf("case"));
    const auto result = player_->CallAs("kommun-a", "sip.views.v1.PlanViews", "GetCurrentPlan", request);
    EXPECT_TRUE(result.ok() && result->status.ok());
    if (!result.ok()) return "";
    return static_cast<const views::v1::GetCurrentPlanResponse&>(*result->response).plan().in_force().record_leaf();
  }

  // Karl signs what has this leaf, in his own words or on paper; what it is refused for.
  std::vector<std::string> Sign(const std::string& leaf, rules::v1::SignatureMethodKind method) {
    plans::v1::SignPlanRequest request;
    request.set_request_id(NewUuidV7().ToString());
    request.set_case_id(player_->IdOf("case"));
    request.set_plan_id(player_->IdOf("plan"));
    request.set_plan_revision(1);
    request.set_record_leaf(leaf);
    request.mutable_signer()->mutable_individual();
    request.set_method(method);
    const auto result = player_->CallAs("kommun-a", kPlans, "SignPlan", request);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok() || result->status.ok()) return {};
    return ViolationsOf(result->status);
  }

  std::unique_ptr<StoryPlayer> player_;
};

TEST_F(SignatureTest, WhatWasReadIsSignedAndNothingElse) {
  const std::string leaf = LeafOfPlanInForce();
  ASSERT_EQ(leaf.size(), kSha256Bytes);
  EXPECT_EQ(Sign(std::string(kSha256Bytes, 'x'), rules::v1::SIGNATURE_METHOD_KIND_PEN), std::vector<std::string>{kOtherRecord});
  EXPECT_EQ(Sign(leaf, rules::v1::SIGNATURE_METHOD_KIND_PEN), std::vector<std::string>());
  // What the plan is folded from now lies on disk.
  sipd_->Kill();
  ASSERT_EQ(sipd_->Start(), absl::OkStatus());
  ASSERT_EQ(player_->Reconnect(sipd_->address()), absl::OkStatus());
  EXPECT_EQ(Sign(std::string(kSha256Bytes, 'x'), rules::v1::SIGNATURE_METHOD_KIND_ORAL_APPROVAL),
            std::vector<std::string>{kOtherRecord});
  EXPECT_EQ(Sign(leaf, rules::v1::SIGNATURE_METHOD_KIND_ORAL_APPROVAL), std::vector<std::string>());
}

}  // namespace
}  // namespace sip
