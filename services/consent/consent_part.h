// The consents as a part of a process.
#ifndef SIP_SERVICES_CONSENT_CONSENT_PART_H_
#define SIP_SERVICES_CONSENT_CONSENT_PART_H_

#include "libs/node/service_part.h"

namespace sip {

ServicePart ConsentPart();

}  // namespace sip

#endif  // SIP_SERVICES_CONSENT_CONSENT_PART_H_
