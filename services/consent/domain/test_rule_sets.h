// The rule sets of this folder's scenarios: "skl/2018-01-01" of deploy/rules, where nothing about form or time is decided;
// "strict/2018-01-01", where only written and oral consent counts and an end must be said; and "timed/2018-01-01", where a consent
// lasts 90 days unless another end is said, and a child consents herself from 15.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_TEST_RULE_SETS_H_
#define SIP_SERVICES_CONSENT_DOMAIN_TEST_RULE_SETS_H_

#include "libs/eventsourcing/context.h"

namespace sip {

const RuleSetSource& ConsentTestRuleSets();

}  // namespace sip

#endif  // SIP_SERVICES_CONSENT_DOMAIN_TEST_RULE_SETS_H_
