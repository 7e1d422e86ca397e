// From bytes to a request that is well-formed: parsed, within the limits, valid by its field options.
#ifndef SIP_LIBS_RPC_REQUEST_READER_H_
#define SIP_LIBS_RPC_REQUEST_READER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/rpc/validate.h"

namespace sip {

// The refusal of a request of `size` bytes; OK if that is within the limit.
absl::Status CheckRequestSize(size_t size, const CallLimits& limits);

// Parses `bytes` into `request` and checks it by `rules`. A refusal names every field that is wrong; where the bytes do not parse,
// the first.
absl::Status ReadRequest(absl::string_view bytes, const RequestRules& rules, const CallLimits& limits,
                         google::protobuf::Message& request);

}  // namespace sip

#endif  // SIP_LIBS_RPC_REQUEST_READER_H_
