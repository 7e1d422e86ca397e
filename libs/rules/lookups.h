// Questions that deciders and projections ask of a rule set. Pure. Pointers point into the set.
#ifndef SIP_LIBS_RULES_LOOKUPS_H_
#define SIP_LIBS_RULES_LOOKUPS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/calendar/period.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/rules/v1/agency_directory.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {

// The entry of a list of messages with a `code`; null if there is none.
template <typename Entries>
auto FindCode(const Entries& entries, absl::string_view code) -> decltype(&*entries.begin()) {
  for (const auto& entry : entries) {
    if (entry.code() == code) return &entry;
  }
  return nullptr;
}

// The party type of an agency kind; null if the rule set names none.
const rules::v1::PartyType* PartyTypeOf(const rules::v1::RuleSet& rules, rules::v1::AgencyKind kind);

// Whether an agency of that kind must come when called; VOLUNTARY if the rule set names none.
rules::v1::Obligation ObligationOf(const rules::v1::RuleSet& rules, rules::v1::AgencyKind kind);
// The same for another actor, by its party type.
rules::v1::Obligation ObligationOf(const rules::v1::RuleSet& rules, absl::string_view party_type);

// The kinds of consent that must all be in force before the step.
std::vector<common::v1::ConsentKind> ConsentsBefore(const rules::v1::RuleSet& rules, rules::v1::GatedStep step);

// The reason to close plans after consent was withdrawn (CLO-04); null only for a set that was never checked.
const rules::v1::ClosingReason* ConsentWithdrawnReason(const rules::v1::RuleSet& rules);

// What the role is called; empty if the rule set does not say.
absl::string_view LabelOf(const rules::v1::RuleSet& rules, rules::v1::Role role);

// The last day of "within `days` days" of `day0`, counted as the rule set says.
absl::CivilDay LastDayWithin(const rules::v1::RuleSet& rules, absl::CivilDay day0, uint32_t days);

}  // namespace sip

#endif  // SIP_LIBS_RULES_LOOKUPS_H_
