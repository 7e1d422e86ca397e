#include "libs/calendar/period.h"

#include "libs/calendar/holidays.h"

namespace sip {

bool IsWorkingDay(absl::CivilDay day, WorkingWeek week) {
  if (absl::GetWeekday(day) == absl::Weekday::saturday || IsPublicHoliday(day)) return false;
  return !(week.eves_are_off && IsHolidayEve(day));
}

absl::CivilDay WorkingDayFrom(absl::CivilDay day, WorkingWeek week) {
  while (!IsWorkingDay(day, week)) ++day;
  return day;
}

absl::CivilDay LastDayWithin(absl::CivilDay day0, int days, DaysOff days_off, WorkingWeek week) {
  switch (days_off) {
    case DaysOff::kCount:
      return day0 + days;
    case DaysOff::kMoveEnd:
      return WorkingDayFrom(day0 + days, week);
    case DaysOff::kSkip: {
      absl::CivilDay day = day0;
      for (int counted = 0; counted < days; ++counted) day = WorkingDayFrom(day + 1, week);
      return day;
    }
  }
  return day0 + days;
}

absl::Time OverdueFrom(absl::CivilDay last_day, absl::TimeZone zone) { return absl::FromCivil(last_day + 1, zone); }

absl::Time WarningFrom(absl::CivilDay last_day, int warning_days, absl::TimeZone zone) {
  return absl::FromCivil(last_day - warning_days, zone);
}

absl::Time OverdueAfterHours(absl::Time trigger, int hours) { return trigger + absl::Hours(hours); }

int AgeOn(absl::CivilDay birth, absl::CivilDay day) {
  const int years = static_cast<int>(day.year() - birth.year());
  const bool had_birthday = day.month() > birth.month() || (day.month() == birth.month() && day.day() >= birth.day());
  return had_birthday ? years : years - 1;
}

}  // namespace sip
