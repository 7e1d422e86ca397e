// How long to wait before something that has failed is tried again: each time twice as long, up to a limit.
//
//   Backoff backoff;
//   while (!Try().ok()) pause.Take(backoff.Next());
#ifndef SIP_LIBS_BASE_BACKOFF_H_
#define SIP_LIBS_BASE_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace sip {

// Not thread-safe.
class Backoff {
 public:
  explicit Backoff(absl::Duration first = absl::Milliseconds(50), absl::Duration longest = absl::Seconds(5))
      : first_(first), longest_(longest), next_(first) {}

  // The wait after one more failure.
  absl::Duration Next() {
    const absl::Duration now = next_;
    next_ = std::min(2 * next_, longest_);
    return now;
  }
  // It has succeeded: the next failure is a first one.
  void Reset() { next_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration longest_;
  absl::Duration next_;
};

}  // namespace sip

#endif  // SIP_LIBS_BASE_BACKOFF_H_
