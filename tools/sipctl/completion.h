// Completion of commands, RPCs and flags for bash.
#ifndef SIP_TOOLS_SIPCTL_COMPLETION_H_
#define SIP_TOOLS_SIPCTL_COMPLETION_H_

#include <string>

namespace sip {

// A script to be sourced; holds everything, so that completing asks nobody.
std::string BashCompletion();

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_COMPLETION_H_
