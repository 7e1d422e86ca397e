// The rule sets of this folder's scenarios: "skl/2018-01-01", lenient as the handbook, and "strict/2018-01-01", which asks for all
// that a region can ask for.
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_TEST_RULE_SETS_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_TEST_RULE_SETS_H_

#include "libs/eventsourcing/context.h"

namespace sip {

const RuleSetSource& MeetingTestRuleSets();

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_TEST_RULE_SETS_H_
