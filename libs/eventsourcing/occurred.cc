#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

constexpr int kFirstYear = 1800;
constexpr int kLastYear = 9999;

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  return timestamp;
}

absl::Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay FromProto(const google::type::Date& date) { return absl::CivilDay(date.year(), date.month(), date.day()); }

bool IsValid(const google::type::Date& date) {
  if (date.year() < kFirstYear || date.year() > kLastYear) return false;
  // CivilDay normalises an impossible day to another one.
  const absl::CivilDay day = FromProto(date);
  return day.year() == date.year() && day.month() == date.month() && day.day() == date.day();
}

bool IsValid(const common::v1::Occurred& occurred) {
  switch (occurred.moment_case()) {
    case common::v1::Occurred::kInstant: {
      const google::protobuf::Timestamp& instant = occurred.instant();
      return instant.nanos() >= 0 && instant.nanos() < 1'000'000'000 &&
             FromProto(instant) >= absl::FromCivil(absl::CivilYear(kFirstYear), absl::UTCTimeZone()) &&
             FromProto(instant) < absl::FromCivil(absl::CivilYear(kLastYear + 1), absl::UTCTimeZone());
    }
    case common::v1::Occurred::kDate:
      return IsValid(occurred.date());
    case common::v1::Occurred::MOMENT_NOT_SET:
      return false;
  }
  return false;
}

common::v1::Occurred OccurredAtInstant(absl::Time time) {
  common::v1::Occurred occurred;
  *occurred.mutable_instant() = ToProto(absl::FromUnixMicros(absl::ToUnixMicros(time)));
  return occurred;
}

absl::Time EffectiveTime(const common::v1::Occurred& occurred, absl::TimeZone zone) {
  if (occurred.has_date()) return absl::FromCivil(FromProto(occurred.date()), zone);
  return FromProto(occurred.instant());
}

absl::CivilDay LocalDay(const common::v1::Occurred& occurred, absl::TimeZone zone) {
  if (occurred.has_date()) return FromProto(occurred.date());
  return absl::ToCivilDay(FromProto(occurred.instant()), zone);
}

bool Precedes(const common::v1::Occurred& occurred, absl::Time fact, absl::TimeZone zone) {
  if (occurred.has_date()) return FromProto(occurred.date()) < absl::ToCivilDay(fact, zone);
  return FromProto(occurred.instant()) < fact;
}

bool IsInFuture(const common::v1::Occurred& occurred, absl::Time now, absl::Duration skew, absl::TimeZone zone) {
  if (occurred.has_date()) return FromProto(occurred.date()) > absl::ToCivilDay(now + skew, zone);
  return FromProto(occurred.instant()) > now + skew;
}

}  // namespace sip
