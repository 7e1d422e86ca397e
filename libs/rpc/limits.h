// The limits that every call is held to; all come from configuration.
#ifndef SIP_LIBS_RPC_LIMITS_H_
#define SIP_LIBS_RPC_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace sip {

struct CallLimits {
  size_t request_bytes = 256 << 10;
  size_t text_bytes = 64 << 10;
  size_t list_items = 1000;
  // The most elements of a list that is named `edits`.
  size_t edits = 200;
  size_t in_flight = 4096;
  absl::Duration deadline = absl::Seconds(30);
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_LIMITS_H_
