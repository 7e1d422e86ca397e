// The deviations as a part of a process.
#ifndef SIP_SERVICES_DEVIATIONS_DEVIATIONS_PART_H_
#define SIP_SERVICES_DEVIATIONS_DEVIATIONS_PART_H_

#include "libs/node/service_part.h"

namespace sip {

ServicePart DeviationsPart();

}  // namespace sip

#endif  // SIP_SERVICES_DEVIATIONS_DEVIATIONS_PART_H_
