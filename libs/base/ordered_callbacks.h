// Callbacks that wait for a result each, called one at a time in the order in which they were added, and never after Close.
#ifndef SIP_LIBS_BASE_ORDERED_CALLBACKS_H_
#define SIP_LIBS_BASE_ORDERED_CALLBACKS_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe. Must stay alive while a callback runs (hold it by a shared pointer around Resolve).
template <typename Result>
class OrderedCallbacks {
 public:
  using Callback = absl::AnyInvocable<void(Result)>;

  // Not after Close.
  void Add(Callback callback) {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(callback));
  }

  // Gives `result` to the `count` callbacks that have waited longest (fewer if fewer wait). They run on this thread before it
  // returns, or, if a callback is running at this moment, behind it on that one's thread: so a callback may add and resolve without
  // recursion.
  void Resolve(size_t count, Result result) {
    mutex_.Lock();
    for (; count > 0 && !waiting_.empty(); --count) {
      ready_.emplace_back(std::move(waiting_.front()), result);
      waiting_.pop_front();
    }
    if (!calling_) CallReady();
    mutex_.Unlock();
  }

  // Gives `result` to all that still wait. When it returns, every callback has run; called from within a callback, every other one.
  void Close(Result result) {
    mutex_.Lock();
    while (calling_ && caller_ != std::this_thread::get_id()) idle_.Wait(mutex_);
    for (; !waiting_.empty(); waiting_.pop_front()) ready_.emplace_back(std::move(waiting_.front()), result);
    CallReady();
    mutex_.Unlock();
  }

 private:
  void CallReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool outermost = !calling_;
    calling_ = true;
    caller_ = std::this_thread::get_id();
    while (!ready_.empty()) {
      std::pair<Callback, Result> next = std::move(ready_.front());
      ready_.pop_front();
      mutex_.Unlock();
      next.first(std::move(next.second));
      next.first = nullptr;
      mutex_.Lock();
    }
    if (!outermost) return;
    calling_ = false;
    idle_.NotifyAll();
  }

  Mutex mutex_;
  CondVar idle_;
  std::deque<Callback> waiting_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<Callback, Result>> ready_ ABSL_GUARDED_BY(mutex_);
  bool calling_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread::id caller_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_BASE_ORDERED_CALLBACKS_H_
