// Time for measuring durations and for time-outs: never set back or forth, and of no meaning outside the process.
#ifndef SIP_LIBS_BASE_MONOTONIC_H_
#define SIP_LIBS_BASE_MONOTONIC_H_

#include <chrono>

#include "absl/time/time.h"

namespace sip {

// Since some moment before the process began.
inline absl::Duration MonotonicNow() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace sip

#endif  // SIP_LIBS_BASE_MONOTONIC_H_
