// What can be said to every command of sipctl: where the server is, who calls, how to print.
#ifndef SIP_TOOLS_SIPCTL_GLOBAL_FLAGS_H_
#define SIP_TOOLS_SIPCTL_GLOBAL_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/sipctl/call.h"
#include "tools/sipctl/output.h"

namespace sip {

struct GlobalFlags {
  Connection connection;
  OutputFormat format = OutputFormat::kTable;
  bool help = false;
  // The command and its own flags, in order.
  std::vector<std::string> rest;
};

// Takes the global flags out of `arguments` (without the program's name), wherever they stand. INVALID_ARGUMENT says what is wrong
// with which.
absl::StatusOr<GlobalFlags> ParseGlobalFlags(const std::vector<std::string>& arguments);

// The global flags for --help, one line each.
std::string DescribeGlobalFlags();

// Their names without dashes, for completion and to see that no request has a field of that name.
std::vector<std::string> GlobalFlagNames();

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_GLOBAL_FLAGS_H_
