// Finds the command that a command line names, and runs it.
#ifndef SIP_TOOLS_SIPCTL_RUN_H_
#define SIP_TOOLS_SIPCTL_RUN_H_

#include <ostream>
#include <string>
#include <vector>

#include "tools/sipctl/exit_code.h"

namespace sip {

// `arguments` without the program's name.
ExitCode RunSipctl(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_RUN_H_
