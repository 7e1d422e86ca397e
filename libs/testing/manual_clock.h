// A clock that stands still until a test moves it.
#ifndef SIP_LIBS_TESTING_MANUAL_CLOCK_H_
#define SIP_LIBS_TESTING_MANUAL_CLOCK_H_

#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace sip {

// Not thread-safe.
class ManualClock final : public Clock {
 public:
  absl::Time Now() override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_MANUAL_CLOCK_H_
