#include "libs/calendar/holidays.h"

#include <algorithm>

namespace sip {
namespace {

constexpr absl::civil_year_t kNationalDaySince = 2005;

// The first Saturday on or after `day`.
absl::CivilDay SaturdayFrom(absl::CivilDay day) { return absl::NextWeekday(day - 1, absl::Weekday::saturday); }

absl::CivilDay MidsummerDay(absl::civil_year_t year) { return SaturdayFrom(absl::CivilDay(year, 6, 20)); }

}  // namespace

// The anonymous Gregorian computus (Nature, 1876), with the names of its quantities spelled out.
absl::CivilDay EasterSunday(absl::civil_year_t year) {
  const auto golden = year % 19;
  const auto century = year / 100;
  const auto year_of_century = year % 100;
  const auto moon_correction = (8 * century + 13) / 25;
  const auto epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
  const auto to_sunday = (32 + 2 * (century % 4) + 2 * (year_of_century / 4) - epact - year_of_century % 4) % 7;
  const auto correction = (golden + 11 * epact + 22 * to_sunday) / 451;
  const auto days = epact + to_sunday - 7 * correction + 114;
  return absl::CivilDay(year, days / 31, days % 31 + 1);
}

std::vector<Holiday> HolidaysOf(absl::civil_year_t year) {
  const absl::CivilDay easter = EasterSunday(year);
  std::vector<Holiday> holidays = {
      {absl::CivilDay(year, 1, 1), "nyårsdagen"},
      {absl::CivilDay(year, 1, 6), "trettondedag jul"},
      {easter - 2, "långfredagen"},
      {easter, "påskdagen"},
      {easter + 1, "annandag påsk"},
      {absl::CivilDay(year, 5, 1), "första maj"},
      {easter + 39, "Kristi himmelsfärdsdag"},
      {easter + 49, "pingstdagen"},
      {MidsummerDay(year), "midsommardagen"},
      {SaturdayFrom(absl::CivilDay(year, 10, 31)), "alla helgons dag"},
      {absl::CivilDay(year, 12, 25), "juldagen"},
      {absl::CivilDay(year, 12, 26), "annandag jul"},
  };
  if (year >= kNationalDaySince) {
    holidays.push_back({absl::CivilDay(year, 6, 6), "Sveriges nationaldag"});
  } else {
    holidays.push_back({easter + 50, "annandag pingst"});
  }
  std::stable_sort(holidays.begin(), holidays.end(), [](const Holiday& a, const Holiday& b) { return a.day < b.day; });
  return holidays;
}

bool IsPublicHoliday(absl::CivilDay day) {
  if (absl::GetWeekday(day) == absl::Weekday::sunday) return true;
  const std::vector<Holiday> holidays = HolidaysOf(day.year());
  return std::any_of(holidays.begin(), holidays.end(), [day](const Holiday& holiday) { return holiday.day == day; });
}

bool IsHolidayEve(absl::CivilDay day) {
  if (day.month() == 12) return day.day() == 24 || day.day() == 31;
  return day == MidsummerDay(day.year()) - 1;
}

}  // namespace sip
