// WithdrawConsent: the person takes her consent back, as a whole or in part (CON-09). Never too late.
#include <algorithm>

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
using consent::v1::ConsentForm;
using consent::v1::ConsentWithdrawn;
using consent::v1::WithdrawConsentRequest;
using consent::v1::WithdrawnPart;

bool IsMeant(const WithdrawConsentRequest& request, const ConsentGrant& grant) {
  if (request.has_whole()) return true;
  if (!request.consent_id().empty() && request.consent_id() != grant.consent_id()) return false;
  const auto& kinds = request.part().kinds();
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), grant.kind()) != kinds.end();
}

bool EndsConsents(const WithdrawConsentRequest& request) {
  return request.has_whole() || (request.part().parties().empty() && request.part().categories().empty());
}

// From when the consent no longer applies. The withdrawal is the last word that is known, also when it is dated before the consent
// began: what has begun then ends now, what was to come never begins.
absl::Time EndAfter(const ConsentGrant& grant, absl::Time withdrawn, absl::Time now) {
  const absl::Time from = FromProto(grant.applies_from());
  if (withdrawn >= from) return withdrawn;
  return from <= now ? now : from;
}

// False if it had ended by then.
bool End(absl::Time withdrawn, absl::Time now, ConsentGrant& grant) {
  const absl::Time end = EndAfter(grant, withdrawn, now);
  if (grant.has_applies_until() && FromProto(grant.applies_until()) <= end) return false;
  *grant.mutable_applies_until() = ToProto(end);
  return true;
}

// False if it excluded all of it before.
bool Limit(const WithdrawnPart& part, ConsentGrant& grant) {
  const int before = grant.excluded_parties_size() + grant.excluded_categories_size();
  Include(part.parties(), *grant.mutable_excluded_parties());
  Include(part.categories(), *grant.mutable_excluded_categories());
  return grant.excluded_parties_size() + grant.excluded_categories_size() > before;
}

// The consents that are changed, with the time from which the withdrawal has effect.
void AddChanged(const ConsentState& state, const WithdrawConsentRequest& request, const DecisionContext& context,
                ConsentWithdrawn& withdrawn) {
  const absl::Time occurred = EffectiveTime(context.occurred_at, context.zone);
  absl::Time effective = occurred;
  for (const auto& [id, entry] : state.entries) {
    if (entry.phase != ConsentPhase::kGiven || !IsMeant(request, entry.grant)) continue;
    ConsentGrant grant = entry.grant;
    if (EndsConsents(request)) {
      if (!End(occurred, context.now, grant)) continue;
      if (occurred < FromProto(grant.applies_from())) effective = std::max(effective, context.now);
    } else if (!IsLive(entry, context.now) || !Limit(request.part(), grant)) {
      continue;
    }
    *withdrawn.add_changed() = std::move(grant);
  }
  *withdrawn.mutable_effective_at() = ToProto(effective);
  *withdrawn.mutable_bars_until() = ToProto(std::max(effective, LatestMoment(context)));
}

// Nothing changes, and it is known that the person has withdrawn this. One dated later than what is known says something new.
bool IsKnown(const ConsentState& state, const WithdrawConsentRequest& request, const ConsentWithdrawn& withdrawn) {
  if (!withdrawn.changed().empty()) return false;
  if (!withdrawn.consent_id().empty()) return true;
  if (withdrawn.whole() && !state.withdrawn_as_a_whole) return false;
  const StandingWithdrawal same{withdrawn.whole(), withdrawn.part(), FromProto(withdrawn.bars_until())};
  return std::any_of(state.withdrawals.begin(), state.withdrawals.end(), [&](const StandingWithdrawal& standing) {
    return SameExtent(standing, same) && (!request.has_occurred_at() || same.bars_until <= standing.bars_until);
  });
}

void CheckForm(ConsentForm form, Violations& violations) {
  const bool said = form == consent::v1::CONSENT_FORM_ORAL || form == consent::v1::CONSENT_FORM_WRITTEN ||
                    form == consent::v1::CONSENT_FORM_GESTURE;
  if (form == consent::v1::CONSENT_FORM_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-09", "form");
  } else if (!said) {
    violations.Add(Reason::REASON_FIELD_INVALID, "CON-09", "form", "A withdrawal is expressed, not presumed.");
  }
}

// A party that some consent names can be withdrawn, also when it has left the directory since.
void CheckWithdrawnParties(const ConsentState& state, const PartyKeys& parties, const DecisionContext& context,
                           Violations& violations) {
  for (int i = 0; i < parties.size(); ++i) {
    const bool named = std::any_of(state.entries.begin(), state.entries.end(),
                                   [&](const auto& entry) { return Names(entry.second.grant.parties(), parties[i]); });
    const ConsentKind any_kind = ConsentKind::CONSENT_KIND_UNSPECIFIED;
    if (!named) CheckParty(parties[i], any_kind, context, absl::StrCat("part.parties[", i, "]"), violations);
  }
}

void CheckPart(const ConsentState& state, const WithdrawConsentRequest& request, const DecisionContext& context,
               Violations& violations) {
  const WithdrawnPart& part = request.part();
  if (request.consent_id().empty() && part.kinds().empty() && part.parties().empty() && part.categories().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-09", "part");
  }
  for (int i = 0; i < part.kinds_size(); ++i) {
    if (!IsKnownKind(part.kinds(i))) violations.Add(Reason::REASON_FIELD_INVALID, "CON-09", "part.kinds");
  }
  CheckWithdrawnParties(state, part.parties(), context, violations);
  // An unknown rule set is no reason to refuse a withdrawal.
  if (const auto* rules = context.rule_sets->FindByDigest(state.facts.case_facts->rule_set_digest()); rules != nullptr) {
    CheckCategories(part.categories(), *rules, "part.categories", violations);
  }
}

void CheckExtent(const ConsentState& state, const WithdrawConsentRequest& request, const DecisionContext& context,
                 Violations& violations) {
  if (!request.consent_id().empty() && FindEntry(state, request.consent_id()) == nullptr) {
    violations.Add(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "CON-09", "consent_id");
  }
  switch (request.extent_case()) {
    case WithdrawConsentRequest::kWhole:
      if (!request.whole()) violations.Add(Reason::REASON_FIELD_INVALID, "CON-09", "whole");
      if (!request.consent_id().empty()) {
        violations.Add(Reason::REASON_FIELD_INVALID, "CON-09", "consent_id", "Everything is withdrawn, or one consent.");
      }
      return;
    case WithdrawConsentRequest::kPart:
      CheckPart(state, request, context, violations);
      return;
    case WithdrawConsentRequest::EXTENT_NOT_SET:
      violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-09", "whole");
      return;
  }
}

}  // namespace

Decision<ConsentEvent> DecideWithdraw(const ConsentState& state, const WithdrawConsentRequest& request,
                                      const DecisionContext& context) {
  Violations violations;
  CheckExtent(state, request, context, violations);
  CheckForm(request.form(), violations);
  CheckMayDecline(request.withdrawn_by(), *state.facts.case_facts, context, "withdrawn_by", violations);
  CheckOccurredAt(context, std::nullopt, violations);
  if (!violations.empty()) return violations.ToRejection();

  ConsentEvent event;
  ConsentWithdrawn& withdrawn = *event.mutable_consent_withdrawn();
  withdrawn.set_consent_id(request.consent_id());
  withdrawn.set_whole(request.has_whole());
  if (request.has_part()) *withdrawn.mutable_part() = request.part();
  AddChanged(state, request, context, withdrawn);
  if (IsKnown(state, request, withdrawn)) return std::vector<ConsentEvent>{};
  withdrawn.set_form(request.form());
  *withdrawn.mutable_withdrawn_by() = request.withdrawn_by();
  if (request.has_received_by()) *withdrawn.mutable_received_by() = request.received_by();
  withdrawn.set_reason(request.reason());
  return std::vector<ConsentEvent>{std::move(event)};
}

}  // namespace sip::consent
