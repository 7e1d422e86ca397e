// When a consent applies: its start and end (CON-08, DL-14), and whether a withdrawal stands against it (CON-09). Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_PERIOD_H_
#define SIP_SERVICES_CONSENT_DOMAIN_PERIOD_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/type/date.pb.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "services/consent/domain/consent_state.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::consent {

// A consent applies from `from` until, not including, `until`.
struct ConsentPeriod {
  absl::Time from;
  std::optional<absl::Time> until;
  // The last day, if there is one, and whether it comes from the rule set's default.
  std::optional<google::type::Date> ends_on;
  bool end_by_default = false;
};

// The end of a period whose last day is `ends_on`: the start of the next day. Absent, with a violation at `field`, when it is no
// day that can be counted with.
std::optional<absl::Time> EndOf(const google::type::Date& ends_on, absl::TimeZone zone, absl::string_view field,
                                Violations& violations);

// The period that the request and the rule set give. What is wrong is added to `violations`.
ConsentPeriod PeriodOf(const consent::v1::GiveConsentRequest& request, const rules::v1::ConsentRules& rules,
                       const DecisionContext& context, Violations& violations);

// Adds OCCURRED_AT_BEFORE_LATER_FACT when the person has withdrawn what `grant` covers at that time or later: a consent that is
// told late never revives one that was withdrawn. When the order within a day is not known, the withdrawal counts as the later.
void CheckNotWithdrawnSince(const ConsentState& state, const common::v1::ConsentGrant& grant, const DecisionContext& context,
                            Violations& violations);

// The latest moment at which what occurred can have happened: a date is known to be over at the end of its day, or now.
absl::Time LatestMoment(const DecisionContext& context);

}  // namespace sip::consent

#endif  // SIP_SERVICES_CONSENT_DOMAIN_PERIOD_H_
