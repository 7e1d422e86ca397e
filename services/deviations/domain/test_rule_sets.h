// The rule sets of this folder's scenarios: "skl/2018-01-01" of deploy/rules, and "halland/2018-01-01", which takes deviations
// between principals only, within 30 days, reports nobody but region and municipality for ground 1, and wants no suggestions.
#ifndef SIP_SERVICES_DEVIATIONS_DOMAIN_TEST_RULE_SETS_H_
#define SIP_SERVICES_DEVIATIONS_DOMAIN_TEST_RULE_SETS_H_

#include "libs/eventsourcing/context.h"

namespace sip {

const RuleSetSource& DeviationTestRuleSets();

}  // namespace sip

#endif  // SIP_SERVICES_DEVIATIONS_DOMAIN_TEST_RULE_SETS_H_
