#include "libs/domain/checks.h"

#include <gtest/gtest.h>

#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

DecisionContext At(absl::Time now, const common::v1::Occurred& occurred) {
  DecisionContext context;
  context.now = now;
  context.zone = absl::FixedTimeZone(3600);
  context.occurred_at = occurred;
  return context;
}

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14 23:13:20 at +01:00.

TEST(ChecksTest, TheFutureIsRefusedBeyondTheSkew) {
  Violations none;
  CheckOccurredAt(At(kNow, OccurredAtInstant(kNow + absl::Minutes(1))), std::nullopt, none);
  EXPECT_TRUE(none.empty());
  Violations one;
  CheckOccurredAt(At(kNow, OccurredAtInstant(kNow + absl::Minutes(3))), std::nullopt, one);
  ASSERT_FALSE(one.empty());
  EXPECT_EQ(one.ToRejection().violations(0).reason(), Reason::REASON_OCCURRED_AT_IN_FUTURE);
}

TEST(ChecksTest, ADateCountsAsItsWholeLocalDay) {
  common::v1::Occurred today;
  *today.mutable_date() = ToProto(absl::CivilDay(2023, 11, 14));
  Violations none;
  CheckOccurredAt(At(kNow, today), kNow, none);
  EXPECT_TRUE(none.empty());
  *today.mutable_date() = ToProto(absl::CivilDay(2023, 11, 13));
  Violations one;
  CheckOccurredAt(At(kNow, today), kNow, one);
  ASSERT_FALSE(one.empty());
  EXPECT_EQ(one.ToRejection().violations(0).reason(), Reason::REASON_OCCURRED_AT_BEFORE_LATER_FACT);
}

TEST(ChecksTest, LatestTakesWhateverIsThere) {
  EXPECT_EQ(Latest(std::nullopt, kNow), kNow);
  EXPECT_EQ(Latest(kNow, std::nullopt), kNow);
  EXPECT_EQ(Latest(kNow, kNow + absl::Seconds(1)), kNow + absl::Seconds(1));
}

}  // namespace
}  // namespace sip
