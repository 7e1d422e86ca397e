#include "libs/log_rocks/live_window.h"

#include <algorithm>
#include <utility>

#include "libs/base/check.h"
#include "libs/base/clock.h"

namespace sip {
namespace {

constexpr size_t kMostEvicted = 8;     // This part of the window.
constexpr size_t kWakesPerWindow = 4;  // While so much is written.

}  // namespace

LiveWindow::LiveWindow(size_t logs, uint64_t end, size_t max_bytes) : max_bytes_(max_bytes), logs_(logs), end_(end) {
  for (OfLog& log : logs_) log.end = end;
}

void LiveWindow::Publish(std::shared_ptr<const LiveChunk> chunk) {
  Evicted evicted;  // Freed after the lock.
  MutexLock lock(mutex_);
  SIP_CHECK(chunk->number == end_);
  ++end_;
  for (size_t log = 0; log < chunk->by_log.size(); ++log) {
    if (chunk->by_log[log].empty()) continue;
    logs_[log].end = end_;
    logs_[log].changed.NotifyAll();
  }
  bytes_ += chunk->bytes;
  bytes_since_woken_ += chunk->bytes;
  if (bytes_since_woken_ > max_bytes_ / kWakesPerWindow) {
    bytes_since_woken_ = 0;
    woken_end_ = end_;
    WakeAll();
  }
  chunks_.push_back(std::move(chunk));
  while (bytes_ > max_bytes_ && chunks_.size() > 1) {
    bytes_ -= chunks_.front()->bytes;
    evicted_bytes_ += chunks_.front()->bytes;
    evicted_.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
  if (evicted_bytes_ > max_bytes_ / kMostEvicted) evicted = TakeEvicted();
}

LiveWindow::Evicted LiveWindow::TakeEvicted() {
  evicted_bytes_ = 0;
  return std::exchange(evicted_, {});
}

void LiveWindow::FreeEvicted() {
  Evicted evicted;
  MutexLock lock(mutex_);
  evicted = TakeEvicted();
}

uint64_t LiveWindow::end() const {
  MutexLock lock(mutex_);
  return end_;
}

std::shared_ptr<const LiveChunk> LiveWindow::Find(uint64_t number) const {
  MutexLock lock(mutex_);
  if (number >= end_ || end_ - number > chunks_.size()) return nullptr;
  return chunks_[chunks_.size() - static_cast<size_t>(end_ - number)];
}

void LiveWindow::WaitFrom(size_t log, uint64_t number, absl::Time deadline, const bool& cancelled) {
  MutexLock lock(mutex_);
  OfLog& of_log = logs_[log];
  while (std::max(of_log.end, woken_end_) <= number && !closed_ && !cancelled) {
    const absl::Duration left = deadline - SystemClock().Now();
    if (left <= absl::ZeroDuration()) return;
    of_log.changed.WaitWithTimeout(mutex_, left);
  }
}

void LiveWindow::WakeAll() {
  for (OfLog& log : logs_) log.changed.NotifyAll();
}

void LiveWindow::Cancel(bool& cancelled) {
  MutexLock lock(mutex_);
  cancelled = true;
  WakeAll();
}

bool LiveWindow::IsCancelled(const bool& cancelled) const {
  MutexLock lock(mutex_);
  return cancelled || closed_;
}

void LiveWindow::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  WakeAll();
}

}  // namespace sip
