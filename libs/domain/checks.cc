#include "libs/domain/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {

void CheckOccurredAt(const DecisionContext& context, std::optional<absl::Time> latest_effective, Violations& violations) {
  if (IsInFuture(context.occurred_at, context.now, kOccurredAtSkew, context.zone)) {
    violations.Add(Reason::REASON_OCCURRED_AT_IN_FUTURE, "", "occurred_at",
                   absl::StrCat("The server's time is ", absl::FormatTime(context.now, context.zone), "."));
  }
  if (latest_effective.has_value() && Precedes(context.occurred_at, *latest_effective, context.zone)) {
    violations.Add(
        Reason::REASON_OCCURRED_AT_BEFORE_LATER_FACT, "", "occurred_at",
        absl::StrCat("The latest recorded change took effect at ", absl::FormatTime(*latest_effective, context.zone), "."));
  }
}

std::optional<absl::Time> Latest(std::optional<absl::Time> a, std::optional<absl::Time> b) {
  if (!a.has_value()) return b;
  if (!b.has_value()) return a;
  return std::max(*a, *b);
}

}  // namespace sip
