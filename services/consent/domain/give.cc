// GiveConsent: the person says yes (CON-01 … CON-08, CON-11, CON-12, CON-16, REP-01, REP-08).
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/domain/checks.h"
#include "libs/eventsourcing/occurred.h"
#include "services/consent/domain/commands.h"
#include "services/consent/domain/coverage.h"
#include "services/consent/domain/entries.h"
#include "services/consent/domain/period.h"
#include "services/consent/domain/proof.h"

namespace sip::consent {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentKind;
using consent::v1::ConsentEvent;
using consent::v1::GiveConsentRequest;
using rules::v1::RuleSet;

// What the consent covers, without its period.
ConsentGrant CoverageOf(const GiveConsentRequest& request, const std::string& consent_id) {
  ConsentGrant grant;
  grant.set_consent_id(consent_id);
  grant.set_kind(request.kind());
  Include(request.parties(), *grant.mutable_parties());
  Include(request.excluded_parties(), *grant.mutable_excluded_parties());
  Include(request.categories(), *grant.mutable_categories());
  Include(request.excluded_categories(), *grant.mutable_excluded_categories());
  return grant;
}

void SetPeriod(const ConsentPeriod& period, ConsentGrant& grant) {
  *grant.mutable_applies_from() = ToProto(period.from);
  if (period.until.has_value()) *grant.mutable_applies_until() = ToProto(*period.until);
}

// The intention is fulfilled: the same was given, and nobody has withdrawn or replaced it. Times that the request leaves out are no
// part of the intention.
bool IsGivenAlready(const ConsentEntry& entry, const ConsentGrant& wanted, const GiveConsentRequest& request,
                    const DecisionContext& context) {
  const ConsentGrant& given = entry.grant;
  if (entry.phase != ConsentPhase::kGiven || entry.cut_short || given.kind() != wanted.kind()) return false;
  if (!SameParties(given.parties(), wanted.parties()) || !SameParties(given.excluded_parties(), wanted.excluded_parties()) ||
      !SameCodes(given.categories(), wanted.categories()) ||
      !SameCodes(given.excluded_categories(), wanted.excluded_categories())) {
    return false;
  }
  Violations ignored;
  const ConsentPeriod period = PeriodOf(request, {}, context, ignored);
  const bool start_said = request.has_starts_on() || request.has_occurred_at();
  if (start_said && FromProto(given.applies_from()) != period.from) return false;
  return !request.has_ends_on() || (given.has_applies_until() && FromProto(given.applies_until()) == period.until);
}

// "Never general": sharing and copies name those whom they are for (CON-07, CON-11).
void CheckPartiesNamed(const GiveConsentRequest& request, Violations& violations) {
  const bool sharing = request.kind() == ConsentKind::CONSENT_KIND_INFORMATION_SHARING;
  const bool copies = request.kind() == ConsentKind::CONSENT_KIND_COPY_TO_KIN;
  if ((sharing || copies) && request.parties().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, sharing ? "CON-07" : "CON-11", "parties");
  }
}

void CheckCoverage(const ConsentState& state, const GiveConsentRequest& request, const std::string& consent_id,
                   const DecisionContext& context, Violations& violations) {
  CheckKind(request.kind(), violations);
  CheckPartiesNamed(request, violations);
  CheckParties(request.parties(), request.kind(), context, "parties", violations);
  CheckParties(request.excluded_parties(), request.kind(), context, "excluded_parties", violations);
  CheckNoContradiction(request.parties(), request.excluded_parties(), "excluded_parties", violations);
  CheckNoContradiction(request.categories(), request.excluded_categories(), "excluded_categories", violations);
  std::set<std::string> apart(request.supersedes_consent_ids().begin(), request.supersedes_consent_ids().end());
  apart.insert(consent_id);
  CheckNotExcludedElsewhere(state, request.parties(), apart, context, "parties", violations);
}

// Only a consent of the same kind can be taken the place of. Gives when the latest of them changed.
std::optional<absl::Time> CheckSuperseded(const ConsentState& state, const GiveConsentRequest& request,
                                          const std::string& consent_id, const DecisionContext& context, Violations& violations) {
  std::optional<absl::Time> latest;
  for (int i = 0; i < request.supersedes_consent_ids_size(); ++i) {
    const ConsentEntry* entry = FindEntry(state, request.supersedes_consent_ids(i));
    const bool possible = entry != nullptr && request.supersedes_consent_ids(i) != consent_id &&
                          entry->phase == ConsentPhase::kGiven && entry->grant.kind() == request.kind();
    if (!possible) {
      violations.Add(Reason::REASON_CONSENT_NOT_SUPERSEDABLE, "CON-16", absl::StrCat("supersedes_consent_ids[", i, "]"));
      continue;
    }
    latest = Latest(latest, LatestChangeOf(entry, context));
  }
  return latest;
}

// The superseded consents with their new ends; those that had ended before are left as they are.
void AddSuperseded(const ConsentState& state, const GiveConsentRequest& request, absl::Time from, ConsentEvent& event) {
  const std::set<std::string> ids(request.supersedes_consent_ids().begin(), request.supersedes_consent_ids().end());
  for (const std::string& id : ids) {
    ConsentGrant grant = FindEntry(state, id)->grant;
    const absl::Time end = std::max(from, FromProto(grant.applies_from()));
    if (grant.has_applies_until() && FromProto(grant.applies_until()) <= end) continue;
    *grant.mutable_applies_until() = ToProto(end);
    *event.mutable_consent_given()->add_superseded() = std::move(grant);
  }
}

}  // namespace

Decision<ConsentEvent> DecideGive(const ConsentState& state, const GiveConsentRequest& request, const DecisionContext& context) {
  const std::string consent_id = ConsentIdOf(request.consent_id(), context);
  const ConsentEntry* entry = FindEntry(state, consent_id);
  ConsentGrant grant = CoverageOf(request, consent_id);
  if (entry != nullptr && IsGivenAlready(*entry, grant, request, context)) return std::vector<ConsentEvent>{};

  Violations violations;
  CheckCaseOpen(state, violations);
  CheckAnswerable(entry, request.kind(), violations);
  CheckCoverage(state, request, consent_id, context, violations);
  const std::optional<absl::Time> superseded = CheckSuperseded(state, request, consent_id, context, violations);
  CheckOccurredAt(context, Latest(LatestChangeOf(entry, context), superseded), violations);
  CheckNotWithdrawnSince(state, grant, context, violations);
  ConsentPeriod period;
  if (const RuleSet* rules = RulesOfCase(state, context, violations); rules != nullptr) {
    CheckProof(request.proof(), *state.facts.case_facts, *rules, context, "proof", violations);
    CheckCategories(request.categories(), *rules, "categories", violations);
    CheckCategories(request.excluded_categories(), *rules, "excluded_categories", violations);
    period = PeriodOf(request, rules->consent(), context, violations);
  }
  if (!violations.empty()) return violations.ToRejection();

  ConsentEvent event;
  auto& given = *event.mutable_consent_given();
  SetPeriod(period, grant);
  given.set_consent_id(consent_id);
  *given.mutable_grant() = std::move(grant);
  *given.mutable_proof() = request.proof();
  given.set_purpose(request.purpose());
  given.set_limits(request.limits());
  if (period.ends_on.has_value()) *given.mutable_ends_on() = *period.ends_on;
  given.set_end_by_default(period.end_by_default);
  AddSuperseded(state, request, period.from, event);
  return std::vector<ConsentEvent>{std::move(event)};
}

}  // namespace sip::consent
