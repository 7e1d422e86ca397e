#include "libs/calendar/period.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

using absl::CivilDay;

absl::TimeZone Stockholm() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &zone));
  return zone;
}

absl::Time Local(int year, int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), Stockholm());
}

TEST(PeriodTest, WithinThreeDaysEndsWithTheThirdDayAfterTheTrigger) {
  const CivilDay last = LastDayWithin(CivilDay(2018, 3, 5), 3);
  EXPECT_EQ(last, CivilDay(2018, 3, 8));
  EXPECT_EQ(OverdueFrom(last, Stockholm()), Local(2018, 3, 9, 0));
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 5), 0), CivilDay(2018, 3, 5));
}

TEST(PeriodTest, AWarningBeginsWithItsDay) {
  EXPECT_EQ(WarningFrom(CivilDay(2018, 3, 8), 1, Stockholm()), Local(2018, 3, 7, 0));
  EXPECT_EQ(WarningFrom(CivilDay(2018, 3, 8), 0, Stockholm()), Local(2018, 3, 8, 0));
}

TEST(PeriodTest, TheDayOnWhichSummerTimeBeginsHas23Hours) {
  const CivilDay last = LastDayWithin(CivilDay(2018, 3, 24), 1);
  EXPECT_EQ(OverdueFrom(last, Stockholm()) - OverdueFrom(last - 1, Stockholm()), absl::Hours(23));
  EXPECT_EQ(OverdueFrom(last, Stockholm()), Local(2018, 3, 26, 0));
}

TEST(PeriodTest, TheDayOnWhichSummerTimeEndsHas25Hours) {
  const CivilDay last = LastDayWithin(CivilDay(2018, 10, 27), 1);
  EXPECT_EQ(OverdueFrom(last, Stockholm()) - OverdueFrom(last - 1, Stockholm()), absl::Hours(25));
  EXPECT_EQ(OverdueFrom(last, Stockholm()), Local(2018, 10, 29, 0));
}

TEST(PeriodTest, HoursRunOnInstantsThroughBothChanges) {
  EXPECT_EQ(OverdueAfterHours(Local(2018, 3, 24, 12), 24), Local(2018, 3, 25, 13));
  EXPECT_EQ(OverdueAfterHours(Local(2018, 10, 27, 12), 24), Local(2018, 10, 28, 11));
  EXPECT_EQ(OverdueAfterHours(Local(2018, 3, 5, 12), 24), Local(2018, 3, 6, 12));
}

TEST(PeriodTest, AnEndOnADayOffIsMovedWhereTheRuleSaysSo) {
  // 29 March 2018 is the Thursday before Good Friday; the next working day after Easter is Tuesday 3 April.
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 28), 2, DaysOff::kCount), CivilDay(2018, 3, 30));
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 28), 2, DaysOff::kMoveEnd), CivilDay(2018, 4, 3));
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 27), 2, DaysOff::kMoveEnd), CivilDay(2018, 3, 29));
}

TEST(PeriodTest, OnlyWorkingDaysAreCountedWhereTheRuleSaysSo) {
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 28), 2, DaysOff::kSkip), CivilDay(2018, 4, 3));
  EXPECT_EQ(LastDayWithin(CivilDay(2018, 3, 3), 1, DaysOff::kSkip), CivilDay(2018, 3, 5));
}

TEST(PeriodTest, EvesAreOffOnlyWhereTheRuleSaysSo) {
  EXPECT_TRUE(IsWorkingDay(CivilDay(2018, 6, 22), WorkingWeek{.eves_are_off = false}));
  EXPECT_FALSE(IsWorkingDay(CivilDay(2018, 6, 22), WorkingWeek{.eves_are_off = true}));
  EXPECT_EQ(WorkingDayFrom(CivilDay(2018, 12, 24), WorkingWeek{.eves_are_off = true}), CivilDay(2018, 12, 27));
}

TEST(PeriodTest, AgeChangesOnTheBirthday) {
  EXPECT_EQ(AgeOn(CivilDay(2000, 3, 5), CivilDay(2018, 3, 4)), 17);
  EXPECT_EQ(AgeOn(CivilDay(2000, 3, 5), CivilDay(2018, 3, 5)), 18);
  EXPECT_EQ(AgeOn(CivilDay(2000, 2, 29), CivilDay(2018, 2, 28)), 17);
  EXPECT_EQ(AgeOn(CivilDay(2000, 2, 29), CivilDay(2018, 3, 1)), 18);
}

}  // namespace
}  // namespace sip
