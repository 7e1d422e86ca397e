// Periods: "within N days" and "within N hours". Days are civil: day 0 is the local day of the trigger, the period is kept until
// the end of its last day and is overdue from the next 00:00 of the zone that is handed in, whatever daylight saving time does in
// between. Hours run on instants. Pure.
#ifndef SIP_LIBS_CALENDAR_PERIOD_H_
#define SIP_LIBS_CALENDAR_PERIOD_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace sip {

// What a period of days does about days off.
enum class DaysOff {
  kCount,    // Calendar days; it may end on a day off.
  kMoveEnd,  // Calendar days; an end on a day off is moved to the next working day.
  kSkip,     // Only working days are counted.
};

// Which days are off besides Saturdays and public holidays.
struct WorkingWeek {
  bool eves_are_off = false;  // Those of Midsummer, Christmas and New Year.
};

bool IsWorkingDay(absl::CivilDay day, WorkingWeek week);

// `day` itself if it is a working day, otherwise the next one.
absl::CivilDay WorkingDayFrom(absl::CivilDay day, WorkingWeek week);

// The last day of "within `days` days" of `day0`. `days` is not negative; 0 ends on `day0` unless the end is moved.
absl::CivilDay LastDayWithin(absl::CivilDay day0, int days, DaysOff days_off = DaysOff::kCount, WorkingWeek week = {});

// When a period with that last day is overdue: the start of the next day.
absl::Time OverdueFrom(absl::CivilDay last_day, absl::TimeZone zone);

// When a warning begins that is shown `warning_days` before the last day: the start of that day.
absl::Time WarningFrom(absl::CivilDay last_day, int warning_days, absl::TimeZone zone);

// When "within `hours` hours" of `trigger` is overdue.
absl::Time OverdueAfterHours(absl::Time trigger, int hours);

// From this age on a person is of age (myndig): föräldrabalken 9 kap. 1 §.
inline constexpr int kAdultAge = 18;

// Whole years on `day`. Who is born on 29 February is a year older on 1 March in other years.
int AgeOn(absl::CivilDay birth, absl::CivilDay day);

}  // namespace sip

#endif  // SIP_LIBS_CALENDAR_PERIOD_H_
