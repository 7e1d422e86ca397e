// The one way to learn the time. Handed to whoever needs it, so that tests and simulations choose it; the pure core gets times as
// data.
#ifndef SIP_LIBS_BASE_CLOCK_H_
#define SIP_LIBS_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace sip {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The current wall-clock time.
  virtual absl::Time Now() = 0;
};

// The system's clock. Lives for ever.
Clock& SystemClock();

}  // namespace sip

#endif  // SIP_LIBS_BASE_CLOCK_H_
