// The rule sets that tests decide under: those of deploy/rules.
#ifndef SIP_LIBS_TESTING_RULE_SETS_H_
#define SIP_LIBS_TESTING_RULE_SETS_H_

#include "libs/rules/rule_book.h"

namespace sip {

// Loaded once; lives for ever. Tests run in the root of the repository.
const RuleBook& TestRuleSets();

}  // namespace sip

#endif  // SIP_LIBS_TESTING_RULE_SETS_H_
