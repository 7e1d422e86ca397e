#include "libs/eventsourcing/occurred.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

absl::TimeZone Stockholm() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &zone));
  return zone;
}

absl::Time At(int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2024, month, day, hour, minute), Stockholm());
}

google::type::Date DateOf(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

common::v1::Occurred OnDay(int month, int day) {
  common::v1::Occurred occurred;
  *occurred.mutable_date() = DateOf(2024, month, day);
  return occurred;
}

TEST(OccurredTest, TimestampsKeepInstantsBeforeTheEpoch) {
  const absl::Time before = absl::UnixEpoch() - absl::Milliseconds(1500);
  EXPECT_EQ(FromProto(ToProto(before)), before);
  EXPECT_GE(ToProto(before).nanos(), 0);
}

TEST(OccurredTest, OnlyRealDaysAreValid) {
  EXPECT_TRUE(IsValid(DateOf(2024, 2, 29)));
  EXPECT_FALSE(IsValid(DateOf(2023, 2, 29)));
  EXPECT_FALSE(IsValid(DateOf(2024, 13, 1)));
  EXPECT_FALSE(IsValid(DateOf(2024, 0, 1)));
  EXPECT_FALSE(IsValid(DateOf(2024, 1, 0)));
  EXPECT_FALSE(IsValid(DateOf(1799, 1, 1)));
  EXPECT_FALSE(IsValid(DateOf(10000, 1, 1)));
}

TEST(OccurredTest, ExactlyOneMomentIsNeeded) {
  EXPECT_FALSE(IsValid(common::v1::Occurred()));
  EXPECT_TRUE(IsValid(OnDay(5, 1)));
  EXPECT_TRUE(IsValid(OccurredAtInstant(At(5, 1, 12))));
  common::v1::Occurred bad = OccurredAtInstant(At(5, 1, 12));
  bad.mutable_instant()->set_nanos(-1);
  EXPECT_FALSE(IsValid(bad));
}

TEST(OccurredTest, InstantsHaveMicroseconds) {
  EXPECT_EQ(OccurredAtInstant(At(5, 1, 12) + absl::Nanoseconds(1999)).instant().nanos(), 1000);
}

TEST(OccurredTest, ADateHasEffectFromItsLocalMidnight) {
  EXPECT_EQ(EffectiveTime(OnDay(5, 1), Stockholm()), At(5, 1, 0));
  EXPECT_EQ(EffectiveTime(OccurredAtInstant(At(5, 1, 13)), Stockholm()), At(5, 1, 13));
}

TEST(OccurredTest, TheDayOfAnInstantIsLocal) {
  // 22:30 UTC on 30 April.
  EXPECT_EQ(LocalDay(OccurredAtInstant(At(5, 1, 0, 30)), Stockholm()), absl::CivilDay(2024, 5, 1));
  EXPECT_EQ(LocalDay(OnDay(5, 1), Stockholm()), absl::CivilDay(2024, 5, 1));
}

TEST(OccurredTest, ADatePrecedesOnlyWithItsWholeDay) {
  EXPECT_FALSE(Precedes(OnDay(5, 1), At(5, 1, 23), Stockholm()));
  EXPECT_TRUE(Precedes(OnDay(4, 30), At(5, 1, 0), Stockholm()));
  EXPECT_TRUE(Precedes(OccurredAtInstant(At(5, 1, 12)), At(5, 1, 13), Stockholm()));
  EXPECT_FALSE(Precedes(OccurredAtInstant(At(5, 1, 12)), At(5, 1, 12), Stockholm()));
}

TEST(OccurredTest, TheFutureBeginsAfterTheSkew) {
  const absl::Time now = At(5, 1, 12);
  EXPECT_FALSE(IsInFuture(OnDay(5, 1), now, absl::Minutes(5), Stockholm()));
  EXPECT_TRUE(IsInFuture(OnDay(5, 2), now, absl::Minutes(5), Stockholm()));
  EXPECT_FALSE(IsInFuture(OccurredAtInstant(now + absl::Minutes(5)), now, absl::Minutes(5), Stockholm()));
  EXPECT_TRUE(IsInFuture(OccurredAtInstant(now + absl::Minutes(6)), now, absl::Minutes(5), Stockholm()));
}

}  // namespace
}  // namespace sip
