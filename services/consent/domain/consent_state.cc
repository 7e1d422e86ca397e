#include "services/consent/domain/consent_state.h"

#include <algorithm>
#include <set>

#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentScope;
using consent::v1::ConsentAnnulled;
using consent::v1::ConsentEvent;
using consent::v1::ConsentGiven;
using consent::v1::ConsentRefused;
using consent::v1::ConsentRequested;
using consent::v1::ConsentScopeChanged;
using consent::v1::ConsentWithdrawn;

// Requests and refusals have no period.
template <typename Event>
void EvolveQuestion(ConsentState& state, const Event& event, ConsentPhase phase, const EventMeta& meta) {
  ConsentEntry& entry = state.entries[event.consent_id()];
  entry.phase = phase;
  entry.grant.Clear();
  entry.grant.set_consent_id(event.consent_id());
  entry.grant.set_kind(event.kind());
  *entry.grant.mutable_parties() = event.parties();
  entry.changed.Note(meta.occurred_at);
}

// A consent that another one took the place of or that was withdrawn: `grant` is how it stands afterwards.
void ReplaceGrant(ConsentState& state, const ConsentGrant& grant) {
  ConsentEntry& entry = state.entries[grant.consent_id()];
  const bool same_end = entry.grant.has_applies_until() == grant.has_applies_until() &&
                        FromProto(entry.grant.applies_until()) == FromProto(grant.applies_until());
  if (!same_end) entry.cut_short = true;
  entry.phase = ConsentPhase::kGiven;
  entry.grant = grant;
}

void EvolveGiven(ConsentState& state, const ConsentGiven& given, const EventMeta& meta) {
  for (const ConsentGrant& grant : given.superseded()) {
    ReplaceGrant(state, grant);
    state.entries[grant.consent_id()].changed.Note(meta.occurred_at);
  }
  ConsentEntry& entry = state.entries[given.consent_id()];
  entry.phase = ConsentPhase::kGiven;
  entry.grant = given.grant();
  entry.changed.Note(meta.occurred_at);
  state.withdrawn_as_a_whole = false;
}

void EvolveScopeChanged(ConsentState& state, const ConsentScopeChanged& changed, const EventMeta& meta) {
  ConsentEntry& entry = state.entries[changed.consent_id()];
  entry.phase = ConsentPhase::kGiven;
  entry.grant = changed.grant();
  entry.changed.Note(meta.occurred_at);
}

void EvolveWithdrawn(ConsentState& state, const ConsentWithdrawn& withdrawn) {
  const absl::Time bars_until = FromProto(withdrawn.bars_until());
  for (const ConsentGrant& grant : withdrawn.changed()) {
    ReplaceGrant(state, grant);
    state.entries[grant.consent_id()].changed.Note(OccurredAtInstant(bars_until));
  }
  if (withdrawn.whole()) {
    state.withdrawn_as_a_whole = true;
    state.withdrawn_at = FromProto(withdrawn.effective_at());
  }
  // One that names a consent says nothing about others.
  if (!withdrawn.consent_id().empty()) return;
  StandingWithdrawal standing{withdrawn.whole(), withdrawn.part(), bars_until};
  const auto same = std::find_if(state.withdrawals.begin(), state.withdrawals.end(),
                                 [&](const StandingWithdrawal& other) { return SameExtent(standing, other); });
  if (same == state.withdrawals.end()) {
    state.withdrawals.push_back(std::move(standing));
  } else {
    same->bars_until = std::max(same->bars_until, bars_until);
  }
}

void EvolveAnnulled(ConsentState& state, const ConsentAnnulled& annulled, const EventMeta& meta) {
  ConsentEntry& entry = state.entries[annulled.consent_id()];
  entry.phase = ConsentPhase::kAnnulled;
  entry.changed.Note(meta.occurred_at);
  if (annulled.leaves_nothing()) {
    state.withdrawn_as_a_whole = true;
    state.withdrawn_at = meta.recorded_at;
  }
}

template <typename Parties>
std::set<std::string> KeyTexts(const Parties& parties) {
  std::set<std::string> texts;
  for (const auto& party : parties) texts.insert(KeyText(party));
  return texts;
}

template <typename List>
auto AsSet(const List& list) {
  return std::set<std::decay_t<decltype(*list.begin())>>(list.begin(), list.end());
}

}  // namespace

void EvolveConsent(ConsentState& state, const ConsentEvent& event, const EventMeta& meta) {
  switch (event.kind_case()) {
    case ConsentEvent::kConsentRequested:
      EvolveQuestion(state, event.consent_requested(), ConsentPhase::kRequested, meta);
      break;
    case ConsentEvent::kConsentGiven:
      EvolveGiven(state, event.consent_given(), meta);
      break;
    case ConsentEvent::kConsentRefused:
      EvolveQuestion(state, event.consent_refused(), ConsentPhase::kRefused, meta);
      break;
    case ConsentEvent::kConsentScopeChanged:
      EvolveScopeChanged(state, event.consent_scope_changed(), meta);
      break;
    case ConsentEvent::kConsentWithdrawn:
      EvolveWithdrawn(state, event.consent_withdrawn());
      break;
    case ConsentEvent::kConsentAnnulled:
      EvolveAnnulled(state, event.consent_annulled(), meta);
      break;
    case ConsentEvent::KIND_NOT_SET:
      break;
  }
}

bool IsLive(const ConsentEntry& entry, absl::Time now) {
  if (entry.phase != ConsentPhase::kGiven) return false;
  if (!entry.grant.has_applies_until()) return true;
  const absl::Time until = FromProto(entry.grant.applies_until());
  return now < until && FromProto(entry.grant.applies_from()) < until;
}

ConsentScope ScopeOf(const ConsentState& state, absl::Time now) {
  ConsentScope scope;
  for (const auto& [id, entry] : state.entries) {
    if (IsLive(entry, now)) *scope.add_grants() = entry.grant;
  }
  if (state.withdrawn_as_a_whole) {
    scope.set_withdrawn_as_a_whole(true);
    *scope.mutable_withdrawn_at() = ToProto(state.withdrawn_at);
  }
  return scope;
}

bool SameExtent(const StandingWithdrawal& a, const StandingWithdrawal& b) {
  return a.whole == b.whole && AsSet(a.part.kinds()) == AsSet(b.part.kinds()) &&
         KeyTexts(a.part.parties()) == KeyTexts(b.part.parties()) && AsSet(a.part.categories()) == AsSet(b.part.categories());
}

}  // namespace sip
