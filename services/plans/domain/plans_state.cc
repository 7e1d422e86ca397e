#include "services/plans/domain/plans_state.h"

#include <algorithm>

namespace sip {

bool IsParty(const PlansState& state, absl::string_view agency_id) {
  if (!state.case_record.has_value() || agency_id.empty()) return false;
  const auto& agencies = state.case_record->facts.agency_ids();
  return std::any_of(agencies.begin(), agencies.end(), [&](const std::string& id) { return id == agency_id; });
}

bool IsOpen(const PlansState& state) { return state.case_record.has_value() && state.case_record->facts.open(); }

bool NeedIsAssessed(const CaseRecord& record) {
  return std::any_of(record.verdicts.begin(), record.verdicts.end(),
                     [](const auto& verdict) { return verdict.second == cases::v1::NEED_VERDICT_NEEDED; });
}

const rules::v1::RuleSet* CaseRules(const PlansState& state, const DecisionContext& context) {
  if (!state.case_record.has_value()) return nullptr;
  return context.rule_sets->FindByDigest(state.case_record->facts.rule_set_digest());
}

}  // namespace sip
