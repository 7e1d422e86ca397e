// What lies in logs: the wrappers of all events and commands of all contexts, so that sipctl can decode any record.
#ifndef SIP_TOOLS_SIPCTL_STORED_KINDS_H_
#define SIP_TOOLS_SIPCTL_STORED_KINDS_H_

#include "libs/codec/codec.h"

namespace sip {

// Lives for ever.
const Codec& CodecOfAllKinds();

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_STORED_KINDS_H_
