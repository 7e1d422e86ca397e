// When something happened in the world, with the precision that it was given in: an instant or a civil date.
#ifndef SIP_LIBS_EVENTSOURCING_OCCURRED_H_
#define SIP_LIBS_EVENTSOURCING_OCCURRED_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// Conversions. A Date must be a full, valid date: ask IsValid first for what a client sent.
google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& timestamp);
google::type::Date ToProto(absl::CivilDay day);
absl::CivilDay FromProto(const google::type::Date& date);

// A real calendar day with year, month and day, within the years 1800–9999.
bool IsValid(const google::type::Date& date);
// Exactly one moment is set, and it is a valid one (years 1800–9999).
bool IsValid(const common::v1::Occurred& occurred);

// An instant, at microsecond precision.
common::v1::Occurred OccurredAtInstant(absl::Time time);

// From when it has effect: the instant, or the start of the civil day.
absl::Time EffectiveTime(const common::v1::Occurred& occurred, absl::TimeZone zone);
// The civil day on which it happened.
absl::CivilDay LocalDay(const common::v1::Occurred& occurred, absl::TimeZone zone);
// Whether it lies before `fact` for sure: a date only does if its whole day does.
bool Precedes(const common::v1::Occurred& occurred, absl::Time fact, absl::TimeZone zone);
// Whether it lies after `now + skew` for sure: a date only does if its whole day does.
bool IsInFuture(const common::v1::Occurred& occurred, absl::Time now, absl::Duration skew, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_OCCURRED_H_
