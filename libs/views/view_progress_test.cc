#include "libs/views/view_progress.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000);
const std::string kPlans = "plans-log-id-123";
const std::string kConsent = "consent-log-id-1";

class FixedClock final : public Clock {
 public:
  absl::Time Now() override { return kNow; }
};

std::string Leaf(uint64_t idx) { return absl::StrCat("leaf", 1000 + idx, std::string(24, '.')); }

ConsistencyToken TokenAt(const std::string& log_id, uint64_t idx, uint32_t partition = 0) {
  return {log_id, partition, idx, Leaf(idx).substr(0, 8)};
}

class ViewProgressTest : public ::testing::Test {
 protected:
  ViewProgressTest() { Make({}); }

  void Make(ViewProgress::Options options) {
    progress_ =
        std::make_unique<ViewProgress>(std::vector<LogIdentity>{{"i", kPlans, "sip.plans", 2}, {"i", kConsent, "sip.consent", 1}},
                                       timer_, clock_, std::move(options));
  }
  // The view has read everything below `next_idx`.
  void Read(const std::string& log_id, uint64_t next_idx) {
    std::vector<std::string> leaves;
    for (uint64_t idx = 0; idx < next_idx; ++idx) leaves.push_back(Leaf(idx));
    progress_->Advance(log_id, 0, next_idx, leaves);
  }
  // What came of the wait; absent while it waits.
  std::shared_ptr<std::optional<absl::Status>> Wait(const std::vector<ConsistencyToken>& tokens,
                                                    absl::Duration timeout = absl::Seconds(5)) {
    auto result = std::make_shared<std::optional<absl::Status>>();
    progress_->WaitFor(tokens, kNow + timeout, [result](const absl::Status& status) {
      EXPECT_FALSE(result->has_value()) << "called twice";
      *result = status;
    });
    return result;
  }

  ManualTimer timer_;
  FixedClock clock_;
  std::unique_ptr<ViewProgress> progress_;
};

TEST_F(ViewProgressTest, DoesNotWaitForWhatIsThere) {
  Read(kPlans, 3);
  const auto result = Wait({TokenAt(kPlans, 2), TokenAt(kPlans, 0)});
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, IsOk());
}

TEST_F(ViewProgressTest, WaitsUntilEveryTokenIsThere) {
  const auto result = Wait({TokenAt(kPlans, 2), TokenAt(kConsent, 0)});
  Read(kPlans, 2);
  Read(kConsent, 1);
  EXPECT_FALSE(result->has_value());
  EXPECT_EQ(progress_->waiting(), 1u);
  Read(kPlans, 3);
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, IsOk());
  EXPECT_EQ(progress_->waiting(), 0u);
}

TEST_F(ViewProgressTest, IgnoresLogsThatItDoesNotRead) {
  const auto result = Wait({TokenAt("another-log-id-1", 99)});
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, IsOk());
}

TEST_F(ViewProgressTest, RefusesAPartitionThatTheLogDoesNotHave) {
  const auto result = Wait({TokenAt(kPlans, 0, 2)});
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, RejectedFor(common::v1::REASON_TOKEN_INVALID));
}

TEST_F(ViewProgressTest, RefusesATokenOfAnotherHistory) {
  ConsistencyToken token = TokenAt(kPlans, 1);
  token.leaf_prefix = "another!";
  const auto before = Wait({token});
  EXPECT_FALSE(before->has_value());
  Read(kPlans, 3);
  ASSERT_TRUE(before->has_value());
  EXPECT_THAT(**before, RejectedFor(common::v1::REASON_TOKEN_OF_ANOTHER_HISTORY));
  const auto after = Wait({token});
  ASSERT_TRUE(after->has_value());
  EXPECT_THAT(**after, RejectedFor(common::v1::REASON_TOKEN_OF_ANOTHER_HISTORY));
  EXPECT_EQ(progress_->waiting(), 0u);
}

TEST_F(ViewProgressTest, LooksOldLeavesUp) {
  std::vector<uint64_t> asked;
  Make({.remembered_leaves = 2, .leaf_lookup = [&](absl::string_view, uint32_t, uint64_t idx) -> std::optional<std::string> {
          asked.push_back(idx);
          return idx == 0 ? std::nullopt : std::optional<std::string>(Leaf(idx));
        }});
  Read(kPlans, 5);
  EXPECT_THAT(**Wait({TokenAt(kPlans, 4), TokenAt(kPlans, 3)}), IsOk());
  EXPECT_THAT(asked, ::testing::IsEmpty());
  EXPECT_THAT(**Wait({TokenAt(kPlans, 2)}), IsOk());
  ConsistencyToken token = TokenAt(kPlans, 1);
  token.leaf_prefix = "another!";
  EXPECT_THAT(**Wait({token}), RejectedFor(common::v1::REASON_TOKEN_OF_ANOTHER_HISTORY));
  EXPECT_THAT(**Wait({TokenAt(kPlans, 0)}), IsOk());
  EXPECT_THAT(asked, ::testing::ElementsAre(2, 1, 0));
}

TEST_F(ViewProgressTest, ForgetsLeavesThatDoNotJoin) {
  Read(kPlans, 2);
  progress_->Advance(kPlans, 0, 10, {Leaf(9)});
  EXPECT_THAT(**Wait({TokenAt(kPlans, 9)}), IsOk());
  EXPECT_THAT(**Wait({TokenAt(kPlans, 1)}), IsOk());
}

TEST_F(ViewProgressTest, GivesUpAtTheDeadline) {
  const auto result = Wait({TokenAt(kPlans, 0)}, absl::Seconds(5));
  timer_.Fire(kNow + absl::Seconds(4));
  EXPECT_FALSE(result->has_value());
  timer_.Fire(kNow + absl::Seconds(5));
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, RejectedFor(common::v1::REASON_NOT_CAUGHT_UP));
  EXPECT_EQ(progress_->waiting(), 0u);
  Read(kPlans, 1);
}

TEST_F(ViewProgressTest, DoesNotWaitBeyondADeadlineThatHasPassed) {
  const auto result = Wait({TokenAt(kPlans, 0)}, absl::ZeroDuration());
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, RejectedFor(common::v1::REASON_NOT_CAUGHT_UP));
}

TEST_F(ViewProgressTest, TheDeadlineOfAnAnsweredWaitDoesNothing) {
  const auto result = Wait({TokenAt(kPlans, 0)});
  Read(kPlans, 1);
  timer_.Fire(kNow + absl::Hours(1));
  EXPECT_THAT(**result, IsOk());
}

TEST_F(ViewProgressTest, LetsOnlySoManyWait) {
  Make({.max_waiters = 1});
  const auto first = Wait({TokenAt(kPlans, 0)});
  const auto second = Wait({TokenAt(kPlans, 0)});
  ASSERT_TRUE(second->has_value());
  EXPECT_THAT(**second, RejectedFor(common::v1::REASON_OVERLOADED));
  EXPECT_FALSE(first->has_value());
}

TEST_F(ViewProgressTest, WhenItStopsNobodyWaits) {
  Read(kPlans, 1);
  const auto waiting = Wait({TokenAt(kPlans, 5)});
  progress_->Stop(absl::UnimplementedError("the kind sip.x.v1.New is not known"));
  ASSERT_TRUE(waiting->has_value());
  EXPECT_THAT(**waiting, RejectedFor(common::v1::REASON_KIND_NEWER_THAN_SERVER));
  EXPECT_THAT(**Wait({TokenAt(kPlans, 5)}), RejectedFor(common::v1::REASON_KIND_NEWER_THAN_SERVER));
  EXPECT_THAT(**Wait({TokenAt(kPlans, 0)}), IsOk());
  EXPECT_THAT(progress_->status(), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(ViewProgressTest, AnswersWaitersWhenItIsClosed) {
  const auto result = Wait({TokenAt(kPlans, 0)});
  progress_ = nullptr;
  ASSERT_TRUE(result->has_value());
  EXPECT_THAT(**result, RejectedFor(common::v1::REASON_NOT_CAUGHT_UP));
  timer_.Fire(kNow + absl::Hours(1));
}

TEST_F(ViewProgressTest, TellsItsPositions) {
  Read(kPlans, 2);
  const std::vector<ViewPosition> positions = progress_->Positions();
  ASSERT_EQ(positions.size(), 3u);
  EXPECT_EQ(positions[0].log_name, "sip.plans");
  EXPECT_EQ(positions[0].next_idx, 2u);
  EXPECT_EQ(positions[0].leaf_prefix, Leaf(1).substr(0, 8));
  EXPECT_EQ(positions[1].partition, 1u);
  EXPECT_EQ(positions[1].next_idx, 0u);
  EXPECT_EQ(positions[2].log_id, kConsent);
}

}  // namespace
}  // namespace sip
