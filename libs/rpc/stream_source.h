// Where the messages of a streaming answer come from, one at a time, each asked for when the one before is on its way: a slow
// reader slows its source down.
#ifndef SIP_LIBS_RPC_STREAM_SOURCE_H_
#define SIP_LIBS_RPC_STREAM_SOURCE_H_

#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

namespace sip {

template <typename Response>
class StreamSource {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::optional<Response>>)>;
  virtual ~StreamSource() = default;
  // Calls `done` exactly once, on any thread, perhaps before returning: with the next message, with nothing at the end, or with the
  // error that ends the stream. Never called while another call has not been answered.
  virtual void Next(Done done) = 0;
  // The caller has gone, or the server stops: a waiting Next must be answered soon, with any error. From any thread, perhaps while
  // Next runs, perhaps never.
  virtual void Cancel() = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_STREAM_SOURCE_H_
