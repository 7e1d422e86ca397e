// `verify --data-dir DIR`: checks the log of a data folder and holds its views against it, and says what was checked.
#ifndef SIP_TOOLS_SIPCTL_VERIFY_H_
#define SIP_TOOLS_SIPCTL_VERIFY_H_

#include "tools/sipctl/command.h"

namespace sip {

ExitCode RunVerify(const CommandLine& line);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_VERIFY_H_
