#include "services/consent/domain/coverage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/domain/party.h"

namespace sip::consent {
namespace {

using common::v1::ConsentKind;
using common::v1::PartyKey;

std::string At(absl::string_view field, int index) { return absl::StrCat(field, "[", index, "]"); }

}  // namespace

bool IsKnownKind(ConsentKind kind) {
  return kind != ConsentKind::CONSENT_KIND_UNSPECIFIED && common::v1::ConsentKind_IsValid(kind);
}

void CheckKind(ConsentKind kind, Violations& violations) {
  if (!IsKnownKind(kind)) violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-02", "kind");
}

bool Names(const PartyKeys& parties, const PartyKey& party) {
  return std::any_of(parties.begin(), parties.end(), [&](const PartyKey& key) { return SameParty(key, party); });
}

bool Lists(const Codes& codes, absl::string_view code) { return std::find(codes.begin(), codes.end(), code) != codes.end(); }

bool SameParties(const PartyKeys& a, const PartyKeys& b) {
  const auto in = [](const PartyKeys& list) { return [&list](const PartyKey& party) { return Names(list, party); }; };
  return std::all_of(a.begin(), a.end(), in(b)) && std::all_of(b.begin(), b.end(), in(a));
}

bool SameCodes(const Codes& a, const Codes& b) {
  const auto in = [](const Codes& list) { return [&list](const std::string& code) { return Lists(list, code); }; };
  return std::all_of(a.begin(), a.end(), in(b)) && std::all_of(b.begin(), b.end(), in(a));
}

void Include(const PartyKeys& parties, PartyKeys& list) {
  for (const PartyKey& party : parties) {
    if (!Names(list, party)) *list.Add() = party;
  }
}

void Include(const Codes& codes, Codes& list) {
  for (const std::string& code : codes) {
    if (!Lists(list, code)) *list.Add() = code;
  }
}

void Remove(const PartyKeys& parties, PartyKeys& list) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const PartyKey& party) { return Names(parties, party); }), list.end());
}

void Remove(const Codes& codes, Codes& list) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const std::string& code) { return Lists(codes, code); }), list.end());
}

void CheckParty(const PartyKey& party, ConsentKind kind, const DecisionContext& context, const std::string& field,
                Violations& violations) {
  switch (party.kind_case()) {
    case PartyKey::KIND_NOT_SET:
      violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-06", field);
      return;
    case PartyKey::kIndividual:
      violations.Add(Reason::REASON_CONSENT_PARTY_NOT_COVERABLE, "CON-06", field, "The person herself needs no consent.");
      return;
    case PartyKey::kAgencyId:
      if (context.agencies->Find(party.agency_id()) == nullptr) {
        violations.Add(Reason::REASON_CONSENT_AGENCY_UNKNOWN, "CON-11", field, KeyText(party));
      }
      break;
    case PartyKey::kRelatedPersonId:
    case PartyKey::kOtherActorId:
      break;
  }
  if (kind == ConsentKind::CONSENT_KIND_COPY_TO_KIN && !party.has_related_person_id()) {
    violations.Add(Reason::REASON_CONSENT_PARTY_NOT_COVERABLE, "CON-02", field, "Copies to next of kin go to related persons.");
  }
}

void CheckParties(const PartyKeys& parties, ConsentKind kind, const DecisionContext& context, absl::string_view field,
                  Violations& violations) {
  for (int i = 0; i < parties.size(); ++i) CheckParty(parties[i], kind, context, At(field, i), violations);
}

void CheckCategories(const Codes& codes, const rules::v1::RuleSet& rules, absl::string_view field, Violations& violations) {
  const auto& known = rules.information_categories();
  for (int i = 0; i < codes.size(); ++i) {
    const bool found = std::any_of(known.begin(), known.end(), [&](const auto& label) { return label.code() == codes[i]; });
    if (!found) violations.Add(Reason::REASON_CODE_UNKNOWN, "CON-06", At(field, i));
  }
}

void CheckNoContradiction(const PartyKeys& covered, const PartyKeys& excluded, absl::string_view field, Violations& violations) {
  for (int i = 0; i < excluded.size(); ++i) {
    if (Names(covered, excluded[i])) violations.Add(Reason::REASON_CONSENT_CONTRADICTORY, "CON-06", At(field, i));
  }
}

void CheckNoContradiction(const Codes& covered, const Codes& excluded, absl::string_view field, Violations& violations) {
  for (int i = 0; i < excluded.size(); ++i) {
    if (Lists(covered, excluded[i])) violations.Add(Reason::REASON_CONSENT_CONTRADICTORY, "CON-06", At(field, i));
  }
}

void CheckNotExcludedElsewhere(const ConsentState& state, const PartyKeys& parties, const std::set<std::string>& apart,
                               const DecisionContext& context, absl::string_view field, Violations& violations) {
  for (int i = 0; i < parties.size(); ++i) {
    for (const auto& [id, entry] : state.entries) {
      if (apart.count(id) != 0 || !IsLive(entry, context.now) || !Names(entry.grant.excluded_parties(), parties[i])) continue;
      violations.Add(Reason::REASON_CONSENT_PARTY_EXCLUDED, "CON-06", At(field, i), absl::StrCat("Excluded by consent ", id, "."));
      break;
    }
  }
}

}  // namespace sip::consent
