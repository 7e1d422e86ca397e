// Builds a request from flags and files: `--case-id X --form oral --taken-by.unit.agency-id region-nord --file rest.txtpb`.
#ifndef SIP_TOOLS_SIPCTL_REQUEST_BUILDER_H_
#define SIP_TOOLS_SIPCTL_REQUEST_BUILDER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace sip {

// Sets fields of `request` from `arguments`, in order:
//   --file PATH        merges a file in protobuf text format
//   --some-field VALUE sets a field; nested ones with dots; a repeated field appends; booleans need no value
// Values: enums by their name or its end in any case ("oral" for CONSENT_FORM_ORAL), timestamps as RFC 3339, dates as YYYY-MM-DD,
// durations as 90s, an Occurred as either, a message as text format in braces. INVALID_ARGUMENT names the flag and what is allowed.
absl::Status ApplyArguments(const std::vector<std::string>& arguments, google::protobuf::Message& request);

// Fills request_id with a fresh UUIDv7 if the request has that field and it is empty; returns what it holds then, or "".
std::string EnsureRequestId(google::protobuf::Message& request);

// The flags that `request` takes, one line each, with the field's comment-free description: type, required or not.
std::string DescribeFlags(const google::protobuf::Descriptor& request);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_REQUEST_BUILDER_H_
