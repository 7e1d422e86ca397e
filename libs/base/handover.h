// Hands values from thread to thread, in order, and holds a limited number of them.
#ifndef SIP_LIBS_BASE_HANDOVER_H_
#define SIP_LIBS_BASE_HANDOVER_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe.
template <typename T>
class Handover {
 public:
  // Holds at most `limit` values, at least one.
  explicit Handover(size_t limit) : limit_(limit) {}
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  // Waits until there is room. False after Close: the value is dropped.
  bool Put(T value) {
    MutexLock lock(mutex_);
    while (!closed_ && values_.size() >= limit_) changed_.Wait(mutex_);
    if (closed_) return false;
    values_.push_back(std::move(value));
    changed_.NotifyAll();
    return true;
  }

  // Waits for a value. Absent when it is closed and all have been taken.
  std::optional<T> Take() {
    MutexLock lock(mutex_);
    while (!closed_ && values_.empty()) changed_.Wait(mutex_);
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    changed_.NotifyAll();
    return value;
  }

  // Nothing more is put, by whoever gives up first: the one that gives or the one that takes.
  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

 private:
  const size_t limit_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<T> values_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sip

#endif  // SIP_LIBS_BASE_HANDOVER_H_
