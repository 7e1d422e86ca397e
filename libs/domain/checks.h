// Checks that every decider makes before its own rules.
#ifndef SIP_LIBS_DOMAIN_CHECKS_H_
#define SIP_LIBS_DOMAIN_CHECKS_H_

#include <optional>

#include "absl/time/time.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {

// How far a caller's clock may be ahead of ours.
inline constexpr absl::Duration kOccurredAtSkew = absl::Minutes(2);

// Adds OCCURRED_AT_IN_FUTURE, or OCCURRED_AT_BEFORE_LATER_FACT when it lies before `latest_effective`, the object's latest
// effective change (absent: none yet). Withdrawals and corrections do not ask the latter: they hand over nothing.
void CheckOccurredAt(const DecisionContext& context, std::optional<absl::Time> latest_effective, Violations& violations);

// The later of two optional times.
std::optional<absl::Time> Latest(std::optional<absl::Time> a, std::optional<absl::Time> b);

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_CHECKS_H_
