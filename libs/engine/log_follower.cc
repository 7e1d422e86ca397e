#include "libs/engine/log_follower.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr size_t kBatchRecords = 1000;
constexpr absl::Duration kWait = absl::Seconds(1);

}  // namespace

LogFollower::~LogFollower() { Stop(); }

void LogFollower::StartThread() {
  thread_ = std::thread([this] { Work(); });
}

void LogFollower::Rewind() {
  MutexLock lock(mutex_);
  rewind_ = true;
  if (tail_ != nullptr) tail_->Cancel();
}

void LogFollower::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (tail_ != nullptr) tail_->Cancel();
  }
  pause_.End();
  if (thread_.joinable()) thread_.join();
}

absl::Status LogFollower::EnsureTail() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    if (tail_ != nullptr && !rewind_) return absl::OkStatus();
    rewind_ = false;
    tail_ = nullptr;
  }
  SIP_ASSIGN_OR_RETURN(std::vector<TailStart> starts, handlers_.start());
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<LogTail> tail, log_.Tail(std::move(starts)));
  MutexLock lock(mutex_);
  tail_ = std::move(tail);
  return absl::OkStatus();
}

absl::StatusOr<bool> LogFollower::PollOnce(absl::Duration wait) {
  absl::StatusOr<bool> polled = ReadAndHandOver(wait);
  if (!polled.ok() && !IsStopping()) handlers_.failed(polled.status());
  return polled;
}

bool LogFollower::IsStopping() {
  MutexLock lock(mutex_);
  return stopping_;
}

absl::StatusOr<bool> LogFollower::ReadAndHandOver(absl::Duration wait) {
  SIP_RETURN_IF_ERROR(EnsureTail());
  std::shared_ptr<LogTail> tail;
  {
    MutexLock lock(mutex_);
    tail = tail_;
  }
  absl::StatusOr<TailBatch> batch = tail->Read(kBatchRecords, wait);
  {
    MutexLock lock(mutex_);
    // What was read before a rewind must not be handed over after it.
    if (rewind_ && !stopping_) return true;
  }
  SIP_RETURN_IF_ERROR(batch.status());
  if (batch->records.empty() && batch->progress.empty()) return false;
  SIP_RETURN_IF_ERROR(handlers_.batch(*std::move(batch)));
  return true;
}

void LogFollower::Work() {
  while (true) {
    const absl::StatusOr<bool> polled = PollOnce(kWait);
    if (!polled.ok()) return;
    if (*polled) pause_.Take(gather_);
  }
}

}  // namespace sip
