// ChangeConsentScope: the person limits or extends a consent (CON-06, CON-08, CON-11).
#include <set>

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
using consent::v1::ChangeConsentScopeRequest;
using consent::v1::ConsentEvent;
using rules::v1::RuleSet;

// How the consent stands afterwards, and what that means compared to before.
struct Change {
  ConsentGrant grant;
  bool adds_parties = false;
  bool adds_categories = false;
  bool later_end = false;
  bool limits = false;
  bool extends() const { return adds_parties || adds_categories || later_end; }
};

void ApplyParties(const ChangeConsentScopeRequest& request, Change& change) {
  for (const auto& party : request.add_parties()) {
    if (!Names(change.grant.parties(), party) || Names(change.grant.excluded_parties(), party)) change.adds_parties = true;
  }
  for (const auto& party : request.exclude_parties()) {
    if (!Names(change.grant.excluded_parties(), party)) change.limits = true;
  }
  Include(request.add_parties(), *change.grant.mutable_parties());
  Remove(request.add_parties(), *change.grant.mutable_excluded_parties());
  Include(request.exclude_parties(), *change.grant.mutable_excluded_parties());
}

// Without included categories all are covered, and must stay so: then only the exclusions change.
void ApplyCategories(const ChangeConsentScopeRequest& request, Change& change) {
  const bool all = change.grant.categories().empty();
  for (const std::string& code : request.add_categories()) {
    const bool covered = all || Lists(change.grant.categories(), code);
    if (!covered || Lists(change.grant.excluded_categories(), code)) change.adds_categories = true;
  }
  for (const std::string& code : request.exclude_categories()) {
    if (!Lists(change.grant.excluded_categories(), code)) change.limits = true;
  }
  if (!all) Include(request.add_categories(), *change.grant.mutable_categories());
  Remove(request.add_categories(), *change.grant.mutable_excluded_categories());
  Include(request.exclude_categories(), *change.grant.mutable_excluded_categories());
}

void ApplyEnd(const ChangeConsentScopeRequest& request, const DecisionContext& context, Change& change, Violations& violations) {
  if (!request.has_ends_on()) return;
  const auto end = EndOf(request.ends_on(), context.zone, "ends_on", violations);
  if (!end.has_value()) return;
  if (*end <= FromProto(change.grant.applies_from()) || *end <= EffectiveTime(context.occurred_at, context.zone)) {
    violations.Add(Reason::REASON_END_BEFORE_START, "CON-08", "ends_on");
  }
  if (!change.grant.has_applies_until() || *end < FromProto(change.grant.applies_until())) {
    change.limits = true;
  } else if (*end > FromProto(change.grant.applies_until())) {
    change.later_end = true;
  }
  *change.grant.mutable_applies_until() = ToProto(*end);
}

bool SaysSomething(const ChangeConsentScopeRequest& request) {
  return request.add_parties_size() > 0 || request.exclude_parties_size() > 0 || request.add_categories_size() > 0 ||
         request.exclude_categories_size() > 0 || request.has_ends_on();
}

void CheckNamed(const ChangeConsentScopeRequest& request, const ConsentGrant& grant, const DecisionContext& context,
                Violations& violations) {
  CheckParties(request.add_parties(), grant.kind(), context, "add_parties", violations);
  CheckParties(request.exclude_parties(), grant.kind(), context, "exclude_parties", violations);
  CheckNoContradiction(request.add_parties(), request.exclude_parties(), "exclude_parties", violations);
  CheckNoContradiction(request.add_categories(), request.exclude_categories(), "exclude_categories", violations);
}

// What is added in the request, as a grant of the consent's kind: what a withdrawal can stand against.
ConsentGrant Added(const ChangeConsentScopeRequest& request, const Change& change) {
  if (change.later_end) return change.grant;
  ConsentGrant added;
  added.set_kind(change.grant.kind());
  *added.mutable_parties() = request.add_parties();
  *added.mutable_categories() = request.add_categories();
  return added;
}

// Whatever is covered in addition needs a renewed consent, and may not come before what is already recorded.
void CheckExtension(const ConsentState& state, const ChangeConsentScopeRequest& request, const Change& change,
                    const ConsentEntry& entry, const DecisionContext& context, Violations& violations) {
  CheckCaseOpen(state, violations);
  CheckOccurredAt(context, LatestChangeOf(&entry, context), violations);
  CheckNotWithdrawnSince(state, Added(request, change), context, violations);
  CheckNotExcludedElsewhere(state, request.add_parties(), {request.consent_id()}, context, "add_parties", violations);
  if (request.has_renewal()) return;
  if (change.adds_parties) violations.Add(Reason::REASON_CONSENT_RENEWAL_REQUIRED, "CON-11", "add_parties");
  if (change.adds_categories) violations.Add(Reason::REASON_CONSENT_RENEWAL_REQUIRED, "CON-06", "add_categories");
  if (change.later_end) violations.Add(Reason::REASON_CONSENT_RENEWAL_REQUIRED, "CON-08", "ends_on");
}

void CheckByRules(const ConsentState& state, const ChangeConsentScopeRequest& request, const DecisionContext& context,
                  Violations& violations) {
  const RuleSet* rules = RulesOfCase(state, context, violations);
  if (rules == nullptr) return;
  CheckCategories(request.add_categories(), *rules, "add_categories", violations);
  CheckCategories(request.exclude_categories(), *rules, "exclude_categories", violations);
  if (request.has_renewal()) CheckProof(request.renewal(), *state.facts.case_facts, *rules, context, "renewal", violations);
}

ConsentEvent ChangedEvent(const ChangeConsentScopeRequest& request, Change change) {
  ConsentEvent event;
  auto& changed = *event.mutable_consent_scope_changed();
  changed.set_consent_id(request.consent_id());
  *changed.mutable_grant() = std::move(change.grant);
  changed.set_extended(change.extends());
  changed.set_limited(change.limits);
  if (request.has_renewal()) *changed.mutable_renewal() = request.renewal();
  changed.set_limits(request.limits());
  if (request.has_ends_on()) *changed.mutable_ends_on() = request.ends_on();
  return event;
}

}  // namespace

Decision<ConsentEvent> DecideChangeScope(const ConsentState& state, const ChangeConsentScopeRequest& request,
                                         const DecisionContext& context) {
  const ConsentEntry* entry = FindEntry(state, request.consent_id());
  if (entry == nullptr) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "CON-16", "consent_id");
  if (entry->phase == ConsentPhase::kAnnulled) return Reject(Reason::REASON_CONSENT_ENTRY_ANNULLED, "CON-16", "consent_id");
  if (!IsLive(*entry, context.now)) return Reject(Reason::REASON_CONSENT_NOT_IN_FORCE, "CON-08", "consent_id");
  if (!SaysSomething(request)) return Reject(Reason::REASON_FIELD_REQUIRED, "CON-06", "", "The request changes nothing.");

  Violations violations;
  Change change;
  change.grant = entry->grant;
  ApplyParties(request, change);
  ApplyCategories(request, change);
  ApplyEnd(request, context, change, violations);
  CheckNamed(request, change.grant, context, violations);
  if (violations.empty() && !change.extends() && !change.limits) return std::vector<ConsentEvent>{};

  CheckByRules(state, request, context, violations);
  if (change.extends()) {
    CheckExtension(state, request, change, *entry, context, violations);
  } else {
    // A limitation is a withdrawal in part: nothing later stands in its way.
    CheckOccurredAt(context, std::nullopt, violations);
  }
  if (!violations.empty()) return violations.ToRejection();
  return std::vector<ConsentEvent>{ChangedEvent(request, std::move(change))};
}

}  // namespace sip::consent
