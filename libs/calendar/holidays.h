// Swedish public holidays (allmänna helgdagar, "röda dagar") as the law (1989:253) counts them, computed for any year of the
// Gregorian calendar. Pure: no clock, no zone.
#ifndef SIP_LIBS_CALENDAR_HOLIDAYS_H_
#define SIP_LIBS_CALENDAR_HOLIDAYS_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"

namespace sip {

// A public holiday other than an ordinary Sunday.
struct Holiday {
  absl::CivilDay day;
  std::string name;  // Swedish, such as "långfredagen".
};

// Easter Sunday (påskdagen) by the Gregorian computus.
absl::CivilDay EasterSunday(absl::civil_year_t year);

// The year's holidays in the order of the calendar. The national day counts from 2005, Whit Monday (annandag pingst) until 2004;
// Midsummer Day and All Saints' Day are the Saturdays that they have been since 1953, also before.
std::vector<Holiday> HolidaysOf(absl::civil_year_t year);

// A Sunday or one of HolidaysOf.
bool IsPublicHoliday(absl::CivilDay day);

// The eve of Midsummer, Christmas or New Year: no public holidays, but off work almost everywhere.
bool IsHolidayEve(absl::CivilDay day);

}  // namespace sip

#endif  // SIP_LIBS_CALENDAR_HOLIDAYS_H_
