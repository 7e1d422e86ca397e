#include "services/consent/domain/period.h"

#include <algorithm>

#include "libs/eventsourcing/occurred.h"
#include "services/consent/domain/coverage.h"

namespace sip::consent {
namespace {

using common::v1::ConsentGrant;
using consent::v1::GiveConsentRequest;
using consent::v1::WithdrawnPart;
using google::type::Date;

// Days after it cannot be stored as the end of a period.
constexpr int kLastYear = 9000;

absl::Time StartOf(absl::CivilDay day, absl::TimeZone zone) { return absl::FromCivil(day, zone); }

absl::Time StartOfPeriod(const GiveConsentRequest& request, const DecisionContext& context, Violations& violations) {
  const absl::Time taken = EffectiveTime(context.occurred_at, context.zone);
  if (!request.has_starts_on()) return taken;
  if (!IsValid(request.starts_on()) || request.starts_on().year() > kLastYear) {
    violations.Add(Reason::REASON_FIELD_INVALID, "CON-08", "starts_on");
    return taken;
  }
  const absl::CivilDay day = FromProto(request.starts_on());
  if (day < LocalDay(context.occurred_at, context.zone)) {
    violations.Add(Reason::REASON_CONSENT_STARTS_BEFORE_TAKEN, "CON-16", "starts_on");
  }
  return std::max(taken, StartOf(day, context.zone));
}

bool WithdrawsAny(const WithdrawnPart& part, const ConsentGrant& grant) {
  const auto& kinds = part.kinds();
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), grant.kind()) == kinds.end()) return false;
  if (part.parties().empty() && part.categories().empty()) return true;
  const bool party =
      std::any_of(part.parties().begin(), part.parties().end(), [&](const auto& key) { return Names(grant.parties(), key); });
  const bool category = std::any_of(part.categories().begin(), part.categories().end(), [&](const std::string& code) {
    return !Lists(grant.excluded_categories(), code) && (grant.categories().empty() || Lists(grant.categories(), code));
  });
  return party || category;
}

}  // namespace

std::optional<absl::Time> EndOf(const Date& ends_on, absl::TimeZone zone, absl::string_view field, Violations& violations) {
  if (!IsValid(ends_on) || ends_on.year() > kLastYear) {
    violations.Add(Reason::REASON_FIELD_INVALID, "CON-08", field);
    return std::nullopt;
  }
  return StartOf(FromProto(ends_on) + 1, zone);
}

ConsentPeriod PeriodOf(const GiveConsentRequest& request, const rules::v1::ConsentRules& rules, const DecisionContext& context,
                       Violations& violations) {
  ConsentPeriod period;
  period.from = StartOfPeriod(request, context, violations);
  if (request.has_ends_on()) {
    period.ends_on = request.ends_on();
    period.until = EndOf(request.ends_on(), context.zone, "ends_on", violations);
    if (period.until.has_value() && *period.until <= period.from) {
      violations.Add(Reason::REASON_END_BEFORE_START, "CON-08", "ends_on");
    }
    return period;
  }
  if (rules.require_end()) {
    violations.Add(Reason::REASON_CONSENT_END_REQUIRED, "CON-08", "ends_on");
  } else if (rules.default_days() > 0) {
    const absl::CivilDay last = absl::ToCivilDay(period.from, context.zone) + rules.default_days();
    period.ends_on = ToProto(last);
    period.until = StartOf(last + 1, context.zone);
    period.end_by_default = true;
  }
  return period;
}

void CheckNotWithdrawnSince(const ConsentState& state, const ConsentGrant& grant, const DecisionContext& context,
                            Violations& violations) {
  const absl::Time earliest = EffectiveTime(context.occurred_at, context.zone);
  for (const StandingWithdrawal& withdrawal : state.withdrawals) {
    if (earliest > withdrawal.bars_until || !(withdrawal.whole || WithdrawsAny(withdrawal.part, grant))) continue;
    violations.Add(Reason::REASON_OCCURRED_AT_BEFORE_LATER_FACT, "CON-09", "occurred_at",
                   "The person has withdrawn it since; state the time of day if it was given after that.");
    return;
  }
}

absl::Time LatestMoment(const DecisionContext& context) {
  if (context.occurred_at.has_instant()) return FromProto(context.occurred_at.instant());
  return std::min(context.now, StartOf(LocalDay(context.occurred_at, context.zone) + 1, context.zone) - absl::Microseconds(1));
}

}  // namespace sip::consent
