// What sipctl ends with, so that scripts can tell refusals apart.
#ifndef SIP_TOOLS_SIPCTL_EXIT_CODE_H_
#define SIP_TOOLS_SIPCTL_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace sip {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,        // sipctl itself could not: a file cannot be read, standard output is gone. Or `log check` found something.
  kUsage = 2,         // Wrong command line; nothing was sent.
  kInvalid = 3,       // The request is wrong in itself.
  kNotFound = 4,      // Not found, or not disclosed to the agency.
  kRefused = 5,       // A rule says no.
  kMoved = 6,         // Somebody else changed it first: read and decide again.
  kNotAllowed = 7,    // Who is calling is not known, or may not.
  kTryAgain = 8,      // The server is away, overloaded, or did not answer in time. Repeat with the same --request-id.
  kServerFailed = 9,  // A defect or damage on the server's side.
  kDamageFound = 10,  // `verify` found something.
};

// The class of what a server answered.
ExitCode ExitCodeOf(absl::StatusCode code);

// The table above for --help.
std::string DescribeExitCodes();

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_EXIT_CODE_H_
