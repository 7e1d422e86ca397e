#include "libs/engine/log_follower.h"

#include <utility>

#include "libs/base/backoff.h"
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
  before_retry_.End();
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
  known_until_.Begin(starts);
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<LogTail> tail, log_.Tail(std::move(starts)));
  MutexLock lock(mutex_);
  tail_ = std::move(tail);
  return absl::OkStatus();
}

void LogFollower::DropTail() {
  std::shared_ptr<LogTail> dropped;
  MutexLock lock(mutex_);
  // Destroyed behind the lock: that may take a while.
  dropped.swap(tail_);
}

void LogFollower::TellWaiting(const absl::Status& why) {
  if (why.ok() && !waits_) return;
  waits_ = !why.ok();
  if (handlers_.waiting) handlers_.waiting(why);
}

absl::StatusOr<bool> LogFollower::PollOnce(absl::Duration wait) {
  absl::StatusOr<bool> polled = ReadAndHandOver(wait);
  if (polled.ok() || IsStopping()) return polled;
  if (absl::IsUnavailable(polled.status())) {
    DropTail();
    TellWaiting(polled.status());
  } else {
    handlers_.failed(polled.status());
  }
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
  // Before the batch, which may have to wait for room.
  TellWaiting(absl::OkStatus());
  const bool something = !batch->records.empty() || !batch->progress.empty();
  SIP_RETURN_IF_ERROR(HandOver(*std::move(batch)));
  return something;
}

absl::Status LogFollower::HandOver(TailBatch batch) {
  const std::vector<TailBatch::Ended> reach = ReachOf(batch);
  if (!batch.records.empty() || !batch.progress.empty()) SIP_RETURN_IF_ERROR(handlers_.batch(std::move(batch)));
  known_until_.Note(reach);
  return absl::OkStatus();
}

void LogFollower::Work() {
  Backoff backoff;
  while (true) {
    const absl::StatusOr<bool> polled = PollOnce(kWait);
    if (polled.ok()) {
      backoff.Reset();
      if (*polled) pause_.Take(gather_);
    } else if (absl::IsUnavailable(polled.status()) && !IsStopping()) {
      before_retry_.Take(backoff.Next());
    } else {
      return;
    }
  }
}

}  // namespace sip
