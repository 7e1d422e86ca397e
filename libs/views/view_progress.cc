#include "libs/views/view_progress.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

absl::Status NotCaughtUp(absl::string_view detail) { return RejectionStatus(common::v1::REASON_NOT_CAUGHT_UP, "", "", detail); }

absl::Status StoppedStatus(const absl::Status& reason) {
  if (absl::IsUnimplemented(reason)) return RejectionStatus(common::v1::REASON_KIND_NEWER_THAN_SERVER);
  return NotCaughtUp("the view has stopped");
}

}  // namespace

// All that waiters, timer tasks and readers share; lives as long as any of them.
class ViewProgress::State {
 public:
  State(const std::vector<LogIdentity>& logs, Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {
    for (const LogIdentity& identity : logs) {
      logs_.push_back(Log{identity, std::vector<Partition>(identity.partition_count), {}});
    }
  }

  void Advance(absl::string_view log_id, uint32_t partition, uint64_t next_idx, absl::Span<const std::string> leaves);
  void PauseLog(absl::string_view log_id, const absl::Status& reason) {
    MutexLock lock(mutex_);
    if (Log* log = FindLog(log_id)) log->pause = reason;
  }
  void Stop(const absl::Status& reason);
  // The waiter's id if it must wait; else `done` was called.
  std::optional<uint64_t> Add(absl::Span<const ConsistencyToken> tokens, absl::Time deadline, Done done);
  void Expire(uint64_t id);

  void Want() const {
    if (options_.wanted != nullptr) options_.wanted();
  }

  absl::Status status() const {
    MutexLock lock(mutex_);
    if (!stopped_.ok()) return stopped_;
    const auto paused = std::find_if(logs_.begin(), logs_.end(), [](const Log& log) { return !log.pause.ok(); });
    return paused == logs_.end() ? absl::OkStatus() : paused->pause;
  }
  bool stopped() const {
    MutexLock lock(mutex_);
    return !stopped_.ok();
  }
  size_t waiting() const {
    MutexLock lock(mutex_);
    return waiters_.size();
  }
  std::vector<ViewPosition> Positions() const;
  std::vector<ViewPosition> PositionsOf(const Uuid& case_id) const;

 private:
  // Waiters of a partition, by the place that they wait for.
  using Queue = std::multimap<uint64_t, std::pair<uint64_t, std::string>>;  // idx → (waiter, leaf prefix)
  struct Partition {
    uint64_t next_idx = 0;
    std::deque<std::string> leaves;  // Prefixes; the last is that of next_idx - 1.
    Queue queue;
  };
  struct Log {
    LogIdentity identity;
    std::vector<Partition> partitions;
    absl::Status pause;  // Why it is not read for now.
  };
  struct Waiter {
    std::vector<std::pair<Queue*, Queue::iterator>> unmet;
    Done done;
  };

  Log* FindLog(absl::string_view log_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto log = std::find_if(logs_.begin(), logs_.end(), [&](const Log& each) { return each.identity.log_id == log_id; });
    return log == logs_.end() ? nullptr : &*log;
  }

  static ViewPosition PositionOf(const Log& log, uint32_t number);

  // Whether the record at `idx`, which was read, has the leaf. Unknown counts as yes.
  bool LeafMatches(const Log& log, uint32_t partition_number, uint64_t idx, absl::string_view leaf_prefix) const {
    const Partition& partition = log.partitions[partition_number];
    const uint64_t back = partition.next_idx - idx;  // 1 for the last one.
    if (back <= partition.leaves.size()) return partition.leaves[partition.leaves.size() - back] == leaf_prefix;
    if (options_.leaf_lookup == nullptr) return true;
    const std::optional<std::string> leaf = options_.leaf_lookup(log.identity.log_id, partition_number, idx);
    return !leaf.has_value() || absl::string_view(*leaf).substr(0, kLeafPrefixBytes) == leaf_prefix;
  }

  // What already can be said about the tokens: an error, or OK with the places that are still ahead.
  absl::Status Check(absl::Span<const ConsistencyToken> tokens, std::vector<std::pair<Partition*, const ConsistencyToken*>>& ahead)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Takes the waiter out of everything and returns its callback.
  Done Remove(uint64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto waiter = waiters_.find(id);
    for (const auto& [queue, entry] : waiter->second.unmet) queue->erase(entry);
    Done done = std::move(waiter->second.done);
    waiters_.erase(waiter);
    return done;
  }

  Clock& clock_;
  const Options options_;
  mutable Mutex mutex_;
  std::vector<Log> logs_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status stopped_ ABSL_GUARDED_BY(mutex_);
};

void ViewProgress::State::Advance(absl::string_view log_id, uint32_t partition_number, uint64_t next_idx,
                                  absl::Span<const std::string> leaves) {
  std::vector<std::pair<Done, absl::Status>> ready;
  {
    MutexLock lock(mutex_);
    Log* log = FindLog(log_id);
    SIP_CHECK(log != nullptr && partition_number < log->partitions.size());
    Partition& partition = log->partitions[partition_number];
    if (next_idx <= partition.next_idx) return;
    // Leaves that do not join the ones remembered would be looked up at the wrong place.
    if (leaves.size() < next_idx - partition.next_idx) partition.leaves.clear();
    for (const std::string& leaf : leaves.last(std::min<size_t>(leaves.size(), next_idx - partition.next_idx))) {
      partition.leaves.push_back(leaf.substr(0, kLeafPrefixBytes));
      if (partition.leaves.size() > options_.remembered_leaves) partition.leaves.pop_front();
    }
    partition.next_idx = next_idx;
    while (!partition.queue.empty() && partition.queue.begin()->first < next_idx) {
      const auto entry = partition.queue.begin();
      const auto [id, leaf_prefix] = entry->second;
      if (!LeafMatches(*log, partition_number, entry->first, leaf_prefix)) {
        ready.emplace_back(Remove(id), RejectionStatus(common::v1::REASON_TOKEN_OF_ANOTHER_HISTORY));
        continue;
      }
      Waiter& waiter = waiters_[id];
      waiter.unmet.erase(std::find_if(waiter.unmet.begin(), waiter.unmet.end(),
                                      [&](const auto& each) { return each.first == &partition.queue && each.second == entry; }));
      partition.queue.erase(entry);
      if (waiter.unmet.empty()) ready.emplace_back(Remove(id), absl::OkStatus());
    }
  }
  for (auto& [done, status] : ready) done(status);
}

void ViewProgress::State::Stop(const absl::Status& reason) {
  std::vector<Done> all;
  {
    MutexLock lock(mutex_);
    if (!stopped_.ok()) return;
    stopped_ = reason;
    while (!waiters_.empty()) all.push_back(Remove(waiters_.begin()->first));
  }
  for (Done& done : all) done(StoppedStatus(reason));
}

absl::Status ViewProgress::State::Check(absl::Span<const ConsistencyToken> tokens,
                                        std::vector<std::pair<Partition*, const ConsistencyToken*>>& ahead) {
  for (const ConsistencyToken& token : tokens) {
    Log* log = FindLog(token.log_id);
    if (log == nullptr) continue;
    if (token.partition >= log->partitions.size()) return RejectionStatus(common::v1::REASON_TOKEN_INVALID);
    Partition& partition = log->partitions[token.partition];
    if (token.idx >= partition.next_idx) {
      ahead.emplace_back(&partition, &token);
    } else if (!LeafMatches(*log, token.partition, token.idx, token.leaf_prefix)) {
      return RejectionStatus(common::v1::REASON_TOKEN_OF_ANOTHER_HISTORY);
    }
  }
  return absl::OkStatus();
}

std::optional<uint64_t> ViewProgress::State::Add(absl::Span<const ConsistencyToken> tokens, absl::Time deadline, Done done) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    std::vector<std::pair<Partition*, const ConsistencyToken*>> ahead;
    status = Check(tokens, ahead);
    if (status.ok() && !ahead.empty()) {
      if (!stopped_.ok()) {
        status = StoppedStatus(stopped_);
      } else if (deadline <= clock_.Now()) {
        status = NotCaughtUp(absl::StrCat("at ", ahead[0].first->next_idx, ", waited for ", ahead[0].second->idx));
      } else if (waiters_.size() >= options_.max_waiters) {
        status = RejectionStatus(common::v1::REASON_OVERLOADED);
      } else {
        const uint64_t id = ++last_id_;
        Waiter& waiter = waiters_[id];
        waiter.done = std::move(done);
        for (const auto& [partition, token] : ahead) {
          waiter.unmet.emplace_back(&partition->queue,
                                    partition->queue.emplace(token->idx, std::make_pair(id, token->leaf_prefix)));
        }
        return id;
      }
    }
  }
  done(status);
  return std::nullopt;
}

void ViewProgress::State::Expire(uint64_t id) {
  Done done;
  {
    MutexLock lock(mutex_);
    if (!waiters_.contains(id)) return;
    done = Remove(id);
  }
  done(NotCaughtUp("the deadline has passed"));
}

ViewPosition ViewProgress::State::PositionOf(const Log& log, uint32_t number) {
  const Partition& partition = log.partitions[number];
  return {log.identity.name, log.identity.log_id, number, partition.next_idx,
          partition.leaves.empty() ? "" : partition.leaves.back()};
}

std::vector<ViewPosition> ViewProgress::State::Positions() const {
  MutexLock lock(mutex_);
  std::vector<ViewPosition> positions;
  for (const Log& log : logs_) {
    for (uint32_t number = 0; number < log.partitions.size(); ++number) positions.push_back(PositionOf(log, number));
  }
  return positions;
}

std::vector<ViewPosition> ViewProgress::State::PositionsOf(const Uuid& case_id) const {
  MutexLock lock(mutex_);
  std::vector<ViewPosition> positions;
  for (const Log& log : logs_) positions.push_back(PositionOf(log, PartitionOf(case_id, log.identity.partition_count)));
  return positions;
}

ViewProgress::ViewProgress(const std::vector<LogIdentity>& logs, Timer& timer, Clock& clock, Options options)
    : state_(std::make_shared<State>(logs, clock, std::move(options))), timer_(timer) {}

ViewProgress::~ViewProgress() { state_->Stop(absl::CancelledError("the view is closed")); }

void ViewProgress::Advance(absl::string_view log_id, uint32_t partition, uint64_t next_idx, absl::Span<const std::string> leaves) {
  state_->Advance(log_id, partition, next_idx, leaves);
}
void ViewProgress::Stop(const absl::Status& reason) { state_->Stop(reason); }
void ViewProgress::PauseLog(absl::string_view log_id, const absl::Status& reason) { state_->PauseLog(log_id, reason); }
absl::Status ViewProgress::status() const { return state_->status(); }
bool ViewProgress::stopped() const { return state_->stopped(); }
std::vector<ViewPosition> ViewProgress::Positions() const { return state_->Positions(); }
std::vector<ViewPosition> ViewProgress::PositionsOf(const Uuid& case_id) const { return state_->PositionsOf(case_id); }
size_t ViewProgress::waiting() const { return state_->waiting(); }

void ViewProgress::WaitFor(absl::Span<const ConsistencyToken> tokens, absl::Time deadline, Done done) {
  const std::optional<uint64_t> id = state_->Add(tokens, deadline, std::move(done));
  if (!id.has_value()) return;
  state_->Want();
  if (deadline == absl::InfiniteFuture()) return;
  timer_.At(deadline, [state = std::weak_ptr<State>(state_), id = *id] {
    if (const std::shared_ptr<State> alive = state.lock()) alive->Expire(id);
  });
}

}  // namespace sip
