// The latest effective change of an object, folded from its events. Evolve has no time zone, so instants and civil dates are kept
// apart until a decision asks.
#ifndef SIP_LIBS_DOMAIN_LATEST_OCCURRENCE_H_
#define SIP_LIBS_DOMAIN_LATEST_OCCURRENCE_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

class LatestOccurrence {
 public:
  // An event that happened then. One without a moment changes nothing.
  void Note(const common::v1::Occurred& occurred);
  // For CheckOccurredAt. Absent when nothing has happened.
  std::optional<absl::Time> EffectiveIn(absl::TimeZone zone) const;

 private:
  std::optional<absl::Time> instant_;
  std::optional<absl::CivilDay> day_;
};

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_LATEST_OCCURRENCE_H_
