// Runs one command of sipctl.
#ifndef SIP_TOOLS_SIPCTL_COMMAND_H_
#define SIP_TOOLS_SIPCTL_COMMAND_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/status.h"
#include "tools/sipctl/exit_code.h"
#include "tools/sipctl/global_flags.h"

namespace sip {

// How a command was called, and where it prints.
struct CommandLine {
  const GlobalFlags& flags;
  // What stands behind the command's name.
  std::vector<std::string> arguments;
  std::ostream& out;
  std::ostream& err;
};

// Says why nothing was done.
ExitCode Fail(const CommandLine& line, ExitCode code, const absl::Status& why);

// Calls `method` and gives each response to `receive`. A refusal is said: what was refused, by which rule, what to do.
ExitCode CallServer(const CommandLine& line, const google::protobuf::MethodDescriptor& method,
                    const google::protobuf::Message& request, const std::function<void(const google::protobuf::Message&)>& receive);

// `SERVICE RPC --field VALUE …`.
ExitCode RunRpc(const CommandLine& line, const google::protobuf::MethodDescriptor& method);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_COMMAND_H_
