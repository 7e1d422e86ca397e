// Subjects, rule sets, cases and plans as a part of a process.
#ifndef SIP_SERVICES_PLANS_PLANS_PART_H_
#define SIP_SERVICES_PLANS_PLANS_PART_H_

#include "libs/node/service_part.h"

namespace sip {

ServicePart PlansPart();

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_PLANS_PART_H_
