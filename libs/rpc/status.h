// The only place that turns a status of this program into one of gRPC with google.rpc details, and back into words for a client.
#ifndef SIP_LIBS_RPC_STATUS_H_
#define SIP_LIBS_RPC_STATUS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/call_context.h"

namespace sip {

// A serialized status over 8 KiB is lost in a default client.
inline constexpr size_t kMaxStatusBytes = 4 << 10;

// The domain of every ErrorInfo.
inline constexpr absl::string_view kErrorDomain = "sip";

// The reason that the client is told for a status that is not OK: the primary one of its rejection. A status without a rejection
// that is not about time, load or reachability is a failure of ours: REASON_INTERNAL.
Reason ReasonOf(const absl::Status& status);

// Not for OK. With exactly one ErrorInfo {reason without REASON_, domain, metadata: rule, total, correlation_id}; BadRequest or
// PreconditionFailure with as many violations as fit; RetryInfo with UNAVAILABLE and RESOURCE_EXHAUSTED; LocalizedMessage. An
// internal failure tells nothing but the correlation id.
grpc::Status ToGrpcStatus(const absl::Status& status, Language language, const Uuid& correlation_id);

// A refusal in words, on the client's side.
struct ErrorDescription {
  struct Item {
    std::string field;
    std::string text;
  };
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string reason;     // Such as "STREAM_VERSION_MOVED"; empty if only the transport spoke.
  std::string rule;       // Such as "CON-09"; may be empty.
  std::string message;    // What was refused.
  std::string next_step;  // What to do; may be empty.
  std::string correlation_id;
  size_t total = 0;         // Of violations, also those that did not fit.
  std::vector<Item> items;  // The violations that fit.
  absl::Duration retry_after = absl::ZeroDuration();
};
ErrorDescription DescribeError(const grpc::Status& status);

// The description as a few lines: what, by which rule, where, what to do.
std::string ToText(const ErrorDescription& description);

}  // namespace sip

#endif  // SIP_LIBS_RPC_STATUS_H_
