// How many things are on their way: what a benchmark's writer waits for.
#ifndef SIP_TESTS_BENCHMARK_IN_FLIGHT_H_
#define SIP_TESTS_BENCHMARK_IN_FLIGHT_H_

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe; one thread waits.
class InFlight {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
  }
  void Remove() {
    MutexLock lock(mutex_);
    if (--count_ <= wanted_) changed_.NotifyAll();
  }
  // Waits until at most `count` are on their way.
  void AwaitAtMost(size_t count) {
    MutexLock lock(mutex_);
    wanted_ = count;
    while (count_ > count) changed_.Wait(mutex_);
    wanted_ = 0;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_IN_FLIGHT_H_
