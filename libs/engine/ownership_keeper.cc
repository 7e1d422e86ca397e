#include "libs/engine/ownership_keeper.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "libs/base/mutant.h"

namespace sip {

std::shared_ptr<OwnershipKeeper> OwnershipKeeper::Make(ContextEngine& engine, Clock& clock, Timer& timer, Options options) {
  return std::shared_ptr<OwnershipKeeper>(new OwnershipKeeper(engine, clock, timer, options));
}

void OwnershipKeeper::Want(std::set<uint32_t> partitions) {
  WantOnly(std::move(partitions), [] {});
}

void OwnershipKeeper::WantOnly(std::set<uint32_t> partitions, Task done) {
  bool look = false;
  {
    MutexLock lock(mutex_);
    if (stopped_) partitions.clear();
    std::erase_if(wanted_, [&](const auto& wanted) { return partitions.count(wanted.first) == 0; });
    for (const uint32_t partition : partitions) wanted_.try_emplace(partition);
    look = !stopped_ && !std::exchange(looking_, true);
  }
  std::vector<uint32_t> others;
  for (uint32_t p = 0; p < engine_.partition_count(); ++p) {
    if (partitions.count(p) == 0) others.push_back(p);
  }
  // One more for this function, so that `done` runs exactly once also if there are none.
  auto left = std::make_shared<std::atomic<size_t>>(SIP_MUTANT(given_up_too_early) ? 1 : others.size() + 1);
  auto shared_done = std::make_shared<Task>(std::move(done));
  const auto finish = [left, shared_done] {
    if (left->fetch_sub(1) == 1) (*shared_done)();
  };
  for (const uint32_t partition : others) engine_.Release(partition, finish);
  finish();
  if (look) Look();
}

void OwnershipKeeper::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  wanted_.clear();
}

bool OwnershipKeeper::Wants(uint32_t partition) const {
  MutexLock lock(mutex_);
  return wanted_.count(partition) > 0;
}

absl::Status OwnershipKeeper::StatusOf(uint32_t partition) const {
  MutexLock lock(mutex_);
  const auto it = wanted_.find(partition);
  return it == wanted_.end() ? absl::OkStatus() : it->second.why_not;
}

void OwnershipKeeper::Look() {
  std::vector<uint32_t> partitions;
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    for (const auto& [partition, wanted] : wanted_) partitions.push_back(partition);
  }
  for (const uint32_t partition : partitions) LookAt(partition);
  LookLater();
}

void OwnershipKeeper::LookLater() {
  timer_.At(clock_.Now() + options_.interval, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Look();
  });
}

void OwnershipKeeper::LookAt(uint32_t partition) {
  const PartitionStatus status = engine_.partition_status(partition);
  const bool serves = status.phase == PartitionStatus::Phase::kServing || status.phase == PartitionStatus::Phase::kDoubt;
  {
    MutexLock lock(mutex_);
    const auto it = wanted_.find(partition);
    if (it == wanted_.end() || it->second.acquiring) return;
    Wanted& wanted = it->second;
    const bool lost = std::exchange(wanted.served, serves) && !serves;
    wanted.why_not = serves ? absl::OkStatus() : status.stopped;
    if (serves || status.phase == PartitionStatus::Phase::kStopped) return;
    if (lost) {
      // Whoever has taken it had a reason.
      if (clock_.Now() - wanted.acquired_at > options_.longest_delay) wanted.delay = absl::ZeroDuration();
      PutOff(wanted);
    }
    if (clock_.Now() < wanted.not_before) return;
    wanted.acquiring = true;
  }
  engine_.Acquire(partition, [weak = weak_from_this(), partition](const absl::Status& acquired) {
    if (const auto self = weak.lock()) self->OnAcquired(partition, acquired);
  });
}

void OwnershipKeeper::OnAcquired(uint32_t partition, const absl::Status& status) {
  bool unwanted = false;
  {
    MutexLock lock(mutex_);
    const auto it = wanted_.find(partition);
    unwanted = it == wanted_.end() && !stopped_;
    if (it != wanted_.end()) {
      it->second.acquiring = false;
      it->second.served = status.ok();
      it->second.why_not = status;
      if (status.ok()) {
        it->second.acquired_at = clock_.Now();
      } else {
        PutOff(it->second);
      }
    }
  }
  if (unwanted && status.ok()) engine_.Release(partition, [] {});
}

void OwnershipKeeper::PutOff(Wanted& wanted) {
  wanted.delay = std::clamp(2 * wanted.delay, options_.first_delay, options_.longest_delay);
  const double part = std::uniform_real_distribution<double>(0.5, 1)(random_);
  wanted.not_before = clock_.Now() + wanted.delay * part;
}

}  // namespace sip
