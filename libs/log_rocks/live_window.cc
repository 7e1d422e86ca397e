#include "libs/log_rocks/live_window.h"

#include <utility>

#include "libs/base/check.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<LiveRecord> MakeLiveRecord(uint16_t log, uint32_t partition, Record record) {
  auto shared = std::make_shared<ValidRecord>();
  SIP_ASSIGN_OR_RETURN(RecordFacts facts, ParseRecord({record.kind, record.header, record.payload}, &shared->header));
  shared->partition = partition;
  shared->idx = facts.idx;
  shared->leaf.assign(facts.leaf.data(), facts.leaf.size());
  shared->header_bytes = std::move(record.header);
  shared->payload = std::move(record.payload);
  return LiveRecord{log, partition, std::move(facts), std::move(shared)};
}

std::vector<std::shared_ptr<const LiveChunk>> LiveWindow::Publish(std::shared_ptr<const LiveChunk> chunk) {
  std::vector<std::shared_ptr<const LiveChunk>> evicted;
  MutexLock lock(mutex_);
  SIP_CHECK(chunk->number == end_);
  ++end_;
  bytes_ += chunk->bytes;
  chunks_.push_back(std::move(chunk));
  while (bytes_ > max_bytes_ && chunks_.size() > 1) {
    bytes_ -= chunks_.front()->bytes;
    evicted.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
  changed_.NotifyAll();
  return evicted;
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

void LiveWindow::WaitBeyond(uint64_t number, absl::Time deadline, const bool& cancelled) {
  MutexLock lock(mutex_);
  while (end_ <= number && !closed_ && !cancelled) {
    const absl::Duration left = deadline - SystemClock().Now();
    if (left <= absl::ZeroDuration()) return;
    changed_.WaitWithTimeout(mutex_, left);
  }
}

void LiveWindow::Cancel(bool& cancelled) {
  MutexLock lock(mutex_);
  cancelled = true;
  changed_.NotifyAll();
}

bool LiveWindow::IsCancelled(const bool& cancelled) const {
  MutexLock lock(mutex_);
  return cancelled || closed_;
}

void LiveWindow::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

}  // namespace sip
