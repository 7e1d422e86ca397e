// A pause that somebody who cannot wait may cut short.
#ifndef SIP_LIBS_BASE_PAUSE_H_
#define SIP_LIBS_BASE_PAUSE_H_

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe; one thread takes pauses.
class Pause {
 public:
  // Returns after `duration`, or when it is cut short: also if that happened since the last pause.
  void Take(absl::Duration duration) {
    const absl::Time end = SystemClock().Now() + duration;
    MutexLock lock(mutex_);
    while (!cut_) {
      const absl::Duration left = end - SystemClock().Now();
      if (left <= absl::ZeroDuration()) return;
      changed_.WaitWithTimeout(mutex_, left);
    }
    cut_ = ended_;
  }

  void Cut() {
    MutexLock lock(mutex_);
    cut_ = true;
    changed_.NotifyAll();
  }

  // Whether End was called.
  bool ended() {
    MutexLock lock(mutex_);
    return ended_;
  }

  // No pause takes any time from now on.
  void End() {
    MutexLock lock(mutex_);
    cut_ = ended_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool cut_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sip

#endif  // SIP_LIBS_BASE_PAUSE_H_
