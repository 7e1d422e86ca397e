#include "libs/domain/facts.h"

#include <algorithm>

#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentKind;
using common::v1::ConsentScope;
using common::v1::FactEvent;
using common::v1::PartyKey;

bool InForce(const ConsentGrant& grant, absl::Time now) {
  return FromProto(grant.applies_from()) <= now && (!grant.has_applies_until() || now < FromProto(grant.applies_until()));
}

template <typename Parties>
bool Names(const Parties& parties, const PartyKey& party) {
  return std::any_of(parties.begin(), parties.end(), [&](const PartyKey& key) { return SameParty(key, party); });
}

template <typename Categories>
bool Lists(const Categories& categories, absl::string_view category) {
  return std::any_of(categories.begin(), categories.end(), [&](const std::string& entry) { return entry == category; });
}

bool GrantCovers(const ConsentGrant& grant, ConsentKind kind, const PartyKey& party, absl::Time now) {
  if (grant.kind() != kind || !InForce(grant, now)) return false;
  if (Names(grant.excluded_parties(), party)) return false;
  return party.has_individual() || Names(grant.parties(), party);
}

bool GrantCoversCategory(const ConsentGrant& grant, absl::string_view category) {
  if (category.empty()) return true;
  if (Lists(grant.excluded_categories(), category)) return false;
  return grant.categories().empty() || Lists(grant.categories(), category);
}

}  // namespace

StreamId FactsStream(const Uuid& case_id) { return StreamId{"facts", case_id}; }

void ApplyFact(ImportedFacts& facts, const FactEvent& event) {
  switch (event.kind_case()) {
    case FactEvent::kCaseFactsImported:
      facts.case_facts = event.case_facts_imported().facts();
      break;
    case FactEvent::kConsentScopeImported:
      facts.consent = event.consent_scope_imported().scope();
      break;
    case FactEvent::kMeetingCallImported:
    case FactEvent::kMeetingHeldImported:
    case FactEvent::kMeetingTimeImported:
    case FactEvent::KIND_NOT_SET:
      break;
  }
}

bool IsParty(const ImportedFacts& facts, absl::string_view agency_id) {
  return facts.case_facts.has_value() && !agency_id.empty() && Lists(facts.case_facts->agency_ids(), agency_id);
}

bool ConsentApplies(const ConsentScope& scope, ConsentKind kind, absl::Time now) {
  return std::any_of(scope.grants().begin(), scope.grants().end(),
                     [&](const ConsentGrant& grant) { return grant.kind() == kind && InForce(grant, now); });
}

bool ConsentCovers(const ConsentScope& scope, ConsentKind kind, const PartyKey& party, absl::Time now) {
  return ConsentCoversCategory(scope, kind, party, "", now);
}

bool ConsentExcludes(const ConsentScope& scope, const PartyKey& party, absl::Time now) {
  return std::any_of(scope.grants().begin(), scope.grants().end(),
                     [&](const ConsentGrant& grant) { return InForce(grant, now) && Names(grant.excluded_parties(), party); });
}

bool ConsentCoversCategory(const ConsentScope& scope, ConsentKind kind, const PartyKey& party, absl::string_view category,
                           absl::Time now) {
  // An exclusion in any consent in force beats every other one: the person has said no.
  if (ConsentExcludes(scope, party, now)) return false;
  return std::any_of(scope.grants().begin(), scope.grants().end(), [&](const ConsentGrant& grant) {
    return GrantCovers(grant, kind, party, now) && GrantCoversCategory(grant, category);
  });
}

}  // namespace sip
