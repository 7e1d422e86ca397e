// The meetings as a part of a process.
#ifndef SIP_SERVICES_MEETINGS_MEETINGS_PART_H_
#define SIP_SERVICES_MEETINGS_MEETINGS_PART_H_

#include "libs/node/service_part.h"

namespace sip {

ServicePart MeetingsPart();

}  // namespace sip

#endif  // SIP_SERVICES_MEETINGS_MEETINGS_PART_H_
