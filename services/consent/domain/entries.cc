#include "services/consent/domain/entries.h"

namespace sip::consent {

std::string ConsentIdOf(const std::string& chosen, const DecisionContext& context) {
  return chosen.empty() ? context.MintId("consent").ToString() : chosen;
}

const ConsentEntry* FindEntry(const ConsentState& state, const std::string& consent_id) {
  const auto found = state.entries.find(consent_id);
  return found == state.entries.end() ? nullptr : &found->second;
}

std::optional<absl::Time> LatestChangeOf(const ConsentEntry* entry, const DecisionContext& context) {
  return entry == nullptr ? std::nullopt : entry->changed.EffectiveIn(context.zone);
}

void CheckAnswerable(const ConsentEntry* entry, common::v1::ConsentKind kind, Violations& violations) {
  if (entry == nullptr) return;
  if (entry->phase == ConsentPhase::kAnnulled) {
    violations.Add(Reason::REASON_CONSENT_ENTRY_ANNULLED, "CON-16", "consent_id");
  } else if (entry->phase != ConsentPhase::kRequested) {
    violations.Add(Reason::REASON_CONSENT_ALREADY_ANSWERED, "CON-16", "consent_id");
  } else if (entry->grant.kind() != kind) {
    violations.Add(Reason::REASON_ID_TAKEN, "CON-02", "consent_id");
  }
}

const rules::v1::RuleSet* RulesOfCase(const ConsentState& state, const DecisionContext& context, Violations& violations) {
  const rules::v1::RuleSet* rules = context.rule_sets->FindByDigest(state.facts.case_facts->rule_set_digest());
  if (rules == nullptr) violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "", "", state.facts.case_facts->rule_set_id());
  return rules;
}

void CheckCaseOpen(const ConsentState& state, Violations& violations) {
  if (!state.facts.case_facts->open()) violations.Add(Reason::REASON_CASE_CLOSED, "", "case_id");
}

}  // namespace sip::consent
