#include "libs/base/release_thread.h"

#include <utility>

namespace sip {

ReleaseThread::ReleaseThread(size_t max_waiting) : max_waiting_(max_waiting), thread_([this] { Run(); }) {}

ReleaseThread::~ReleaseThread() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

// `held` outlives the lock.
void ReleaseThread::Take(std::shared_ptr<const void> held) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= max_waiting_) return;
  waiting_.push_back(std::move(held));
  if (waiting_.size() == 1) changed_.NotifyAll();
}

void ReleaseThread::Run() {
  while (true) {
    std::vector<std::shared_ptr<const void>> taken;  // Freed after the lock.
    const MutexLock lock(mutex_);
    while (waiting_.empty() && !stopping_) changed_.Wait(mutex_);
    if (waiting_.empty()) return;
    std::swap(taken, waiting_);
  }
}

}  // namespace sip
