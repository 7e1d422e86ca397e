// What makes a rule set valid. The same pure function when the program reads files at its start and when one is published.
#ifndef SIP_LIBS_RULES_RULE_SET_CHECK_H_
#define SIP_LIBS_RULES_RULE_SET_CHECK_H_

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {

// Adds RULE_SET_INVALID for every breach, with the field's path after `prefix` (such as "rule_set.") and what is wrong.
void CheckRuleSet(const rules::v1::RuleSet& rule_set, absl::string_view prefix, Violations& violations);

}  // namespace sip

#endif  // SIP_LIBS_RULES_RULE_SET_CHECK_H_
