#include "libs/engine/timer.h"

#include <algorithm>
#include <utility>

namespace sip {
namespace {

// The longest wait at once, so that a stepped clock is noticed.
constexpr absl::Duration kLongestWait = absl::Seconds(1);

}  // namespace

ThreadTimer::ThreadTimer(Clock& clock) : clock_(clock), thread_([this] { Work(); }) {}

ThreadTimer::~ThreadTimer() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  thread_.join();
}

void ThreadTimer::At(absl::Time when, Task task) {
  MutexLock lock(mutex_);
  const bool earliest = tasks_.empty() || when < tasks_.begin()->first;
  tasks_.emplace(when, std::move(task));
  if (earliest) wake_.NotifyOne();
}

void ThreadTimer::Work() {
  mutex_.Lock();
  while (!stopping_) {
    if (tasks_.empty()) {
      wake_.Wait(mutex_);
      continue;
    }
    const absl::Duration left = tasks_.begin()->first - clock_.Now();
    if (left > absl::ZeroDuration()) {
      wake_.WaitWithTimeout(mutex_, std::min(left, kLongestWait));
      continue;
    }
    Task task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    mutex_.Unlock();
    task();
    mutex_.Lock();
  }
  mutex_.Unlock();
}

void ManualTimer::At(absl::Time when, Task task) {
  MutexLock lock(mutex_);
  tasks_.emplace(when, std::move(task));
}

void ManualTimer::Fire(absl::Time now) {
  while (true) {
    Task task;
    {
      MutexLock lock(mutex_);
      if (tasks_.empty() || tasks_.begin()->first > now) return;
      task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
    }
    task();
  }
}

}  // namespace sip
