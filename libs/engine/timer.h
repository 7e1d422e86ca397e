// Calls back at a time: what gives parked work its deadline.
#ifndef SIP_LIBS_ENGINE_TIMER_H_
#define SIP_LIBS_ENGINE_TIMER_H_

#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/engine/executor.h"

namespace sip {

// Thread-safe.
class Timer {
 public:
  virtual ~Timer() = default;
  // Runs `task` once the clock has reached `when`, on the timer's thread: it must be quick. Never runs it before this returns.
  virtual void At(absl::Time when, Task task) = 0;
};

// One thread. Tasks that have not come up when it is destroyed are dropped.
class ThreadTimer final : public Timer {
 public:
  explicit ThreadTimer(Clock& clock);
  ~ThreadTimer() override;
  void At(absl::Time when, Task task) override;

 private:
  void Work();

  Clock& clock_;
  Mutex mutex_;
  CondVar wake_;
  std::multimap<absl::Time, Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// Fires when told to, for tests.
class ManualTimer final : public Timer {
 public:
  void At(absl::Time when, Task task) override;
  // Runs all tasks that are due at `now`.
  void Fire(absl::Time now);

 private:
  Mutex mutex_;
  std::multimap<absl::Time, Task> tasks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_TIMER_H_
