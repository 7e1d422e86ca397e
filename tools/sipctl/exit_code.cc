#include "tools/sipctl/exit_code.h"

namespace sip {

ExitCode ExitCodeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kInvalid;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
      return ExitCode::kRefused;
    case absl::StatusCode::kAborted:
      return ExitCode::kMoved;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kNotAllowed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return ExitCode::kTryAgain;
    default:
      return ExitCode::kServerFailed;
  }
}

std::string DescribeExitCodes() {
  return R"(Exit codes:
  0   done
  1   sipctl itself failed, such as a file that cannot be read; or log check found something
  2   wrong command line; nothing was sent
  3   the request is wrong in itself
  4   not found, or not disclosed to the agency
  5   refused by a rule
  6   somebody else changed it first: read and decide again
  7   the caller is not known, or may not
  8   no answer now: try again, with the same --request-id
  9   the server failed
  10  verify found damage
)";
}

}  // namespace sip
