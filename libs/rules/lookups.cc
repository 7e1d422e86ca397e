#include "libs/rules/lookups.h"

#include <algorithm>

namespace sip {

using rules::v1::Obligation;
using rules::v1::PartyType;
using rules::v1::RuleSet;

const PartyType* PartyTypeOf(const RuleSet& rules, rules::v1::AgencyKind kind) {
  for (const PartyType& type : rules.party_types()) {
    const auto& kinds = type.agency_kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return &type;
  }
  return nullptr;
}

Obligation ObligationOf(const RuleSet& rules, rules::v1::AgencyKind kind) {
  const PartyType* type = PartyTypeOf(rules, kind);
  return type == nullptr ? rules::v1::OBLIGATION_VOLUNTARY : type->obligation();
}

Obligation ObligationOf(const RuleSet& rules, absl::string_view party_type) {
  const PartyType* type = FindCode(rules.party_types(), party_type);
  return type == nullptr ? rules::v1::OBLIGATION_VOLUNTARY : type->obligation();
}

std::vector<common::v1::ConsentKind> ConsentsBefore(const RuleSet& rules, rules::v1::GatedStep step) {
  std::vector<common::v1::ConsentKind> kinds;
  for (const rules::v1::ConsentPoint& point : rules.consent().points()) {
    if (point.step() == step) kinds.push_back(point.kind());
  }
  return kinds;
}

const rules::v1::ClosingReason* ConsentWithdrawnReason(const RuleSet& rules) {
  for (const rules::v1::ClosingReason& reason : rules.closing().plan_reasons()) {
    if (reason.ground() == rules::v1::CLOSING_GROUND_CONSENT_WITHDRAWN) return &reason;
  }
  return nullptr;
}

absl::string_view LabelOf(const RuleSet& rules, rules::v1::Role role) {
  for (const rules::v1::RoleLabel& label : rules.role_labels()) {
    if (label.role() == role) return label.label();
  }
  return "";
}

absl::CivilDay LastDayWithin(const RuleSet& rules, absl::CivilDay day0, uint32_t days) {
  const WorkingWeek week{.eves_are_off = rules.calendar().eves_are_off()};
  switch (static_cast<int>(rules.calendar().day_off_rule())) {
    case rules::v1::DAY_OFF_RULE_NEXT_WORKING_DAY:
      return LastDayWithin(day0, static_cast<int>(days), DaysOff::kMoveEnd, week);
    case rules::v1::DAY_OFF_RULE_WORKING_DAYS:
      return LastDayWithin(day0, static_cast<int>(days), DaysOff::kSkip, week);
    default:
      return LastDayWithin(day0, static_cast<int>(days), DaysOff::kCount, week);
  }
}

}  // namespace sip
