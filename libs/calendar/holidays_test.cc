#include "libs/calendar/holidays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sip {
namespace {

using absl::CivilDay;

std::vector<std::string> NamesOf(absl::civil_year_t year) {
  std::vector<std::string> names;
  for (const Holiday& holiday : HolidaysOf(year)) names.push_back(holiday.name);
  return names;
}

TEST(HolidaysTest, EasterAgreesWithThePublishedTables) {
  EXPECT_EQ(EasterSunday(1818), CivilDay(1818, 3, 22));  // The earliest possible.
  EXPECT_EQ(EasterSunday(1943), CivilDay(1943, 4, 25));  // The latest possible.
  EXPECT_EQ(EasterSunday(1954), CivilDay(1954, 4, 18));
  EXPECT_EQ(EasterSunday(1981), CivilDay(1981, 4, 19));
  EXPECT_EQ(EasterSunday(2000), CivilDay(2000, 4, 23));
  EXPECT_EQ(EasterSunday(2018), CivilDay(2018, 4, 1));
  EXPECT_EQ(EasterSunday(2024), CivilDay(2024, 3, 31));
  EXPECT_EQ(EasterSunday(2025), CivilDay(2025, 4, 20));
  EXPECT_EQ(EasterSunday(2038), CivilDay(2038, 4, 25));
}

TEST(HolidaysTest, EasterIsASundayBetweenItsBoundsInEveryYear) {
  for (absl::civil_year_t year = 1583; year <= 4099; ++year) {
    const CivilDay easter = EasterSunday(year);
    ASSERT_EQ(absl::GetWeekday(easter), absl::Weekday::sunday) << year;
    ASSERT_GE(easter, CivilDay(year, 3, 22)) << year;
    ASSERT_LE(easter, CivilDay(year, 4, 25)) << year;
  }
}

TEST(HolidaysTest, TheRedDaysOf2018) {
  std::vector<CivilDay> days;
  for (const Holiday& holiday : HolidaysOf(2018)) days.push_back(holiday.day);
  EXPECT_THAT(days, testing::ElementsAre(CivilDay(2018, 1, 1), CivilDay(2018, 1, 6), CivilDay(2018, 3, 30), CivilDay(2018, 4, 1),
                                         CivilDay(2018, 4, 2), CivilDay(2018, 5, 1), CivilDay(2018, 5, 10), CivilDay(2018, 5, 20),
                                         CivilDay(2018, 6, 6), CivilDay(2018, 6, 23), CivilDay(2018, 11, 3), CivilDay(2018, 12, 25),
                                         CivilDay(2018, 12, 26)));
}

TEST(HolidaysTest, TheNationalDayReplacedWhitMondayIn2005) {
  EXPECT_THAT(NamesOf(2004), testing::Contains("annandag pingst"));
  EXPECT_THAT(NamesOf(2004), testing::Not(testing::Contains("Sveriges nationaldag")));
  EXPECT_THAT(NamesOf(2005), testing::Contains("Sveriges nationaldag"));
  EXPECT_THAT(NamesOf(2005), testing::Not(testing::Contains("annandag pingst")));
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2004, 5, 31)));
  EXPECT_FALSE(IsPublicHoliday(CivilDay(2005, 5, 16)));
}

TEST(HolidaysTest, MidsummerAndAllSaintsAreSaturdaysWithinTheirWeeks) {
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2020, 6, 20)));
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2021, 6, 26)));
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2020, 10, 31)));
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2021, 11, 6)));
}

TEST(HolidaysTest, SundaysAreRedSaturdaysAndEvesAreNot) {
  EXPECT_TRUE(IsPublicHoliday(CivilDay(2018, 3, 4)));
  EXPECT_FALSE(IsPublicHoliday(CivilDay(2018, 3, 3)));
  EXPECT_FALSE(IsPublicHoliday(CivilDay(2018, 6, 22)));
  EXPECT_TRUE(IsHolidayEve(CivilDay(2018, 6, 22)));
  EXPECT_TRUE(IsHolidayEve(CivilDay(2018, 12, 24)));
  EXPECT_TRUE(IsHolidayEve(CivilDay(2018, 12, 31)));
  EXPECT_FALSE(IsHolidayEve(CivilDay(2018, 3, 31)));
  EXPECT_FALSE(IsHolidayEve(CivilDay(2018, 12, 30)));
}

}  // namespace
}  // namespace sip
