// What the law says where rule sets must not: looked up by the day of the trigger, not in a region's set.
#ifndef SIP_LIBS_RULES_STATUTES_H_
#define SIP_LIBS_RULES_STATUTES_H_

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace sip {

// Where the law demands that work begins without delay and that a plan is made (INI-01, DL-01): the paragraphs in force on `day`,
// Swedish. Empty for days before the duty existed (2010-01-01).
absl::string_view LegalBasisOfPlan(absl::CivilDay day);

}  // namespace sip

#endif  // SIP_LIBS_RULES_STATUTES_H_
