// Until when a reader knows what was recorded: how far it lags behind.
#ifndef SIP_LIBS_ENGINE_KNOWN_UNTIL_H_
#define SIP_LIBS_ENGINE_KNOWN_UNTIL_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

// Of one log. Thread-safe.
class KnownUntil {
 public:
  explicit KnownUntil(uint32_t partition_count) : partitions_(partition_count) {}

  // From now on these partitions are read, from there; the others no longer are.
  void Begin(const std::vector<TailStart>& starts) {
    MutexLock lock(mutex_);
    for (Partition& partition : partitions_) partition.is_read = false;
    for (const TailStart& start : starts) {
      partitions_[start.partition].is_read = true;
      Advance(start.partition, start.checkpoint.fold.last_recorded_at);
    }
  }
  // All that was recorded until then has been taken in.
  void Note(const std::vector<TailBatch::Ended>& reached) {
    MutexLock lock(mutex_);
    for (const TailBatch::Ended& each : reached) Advance(each.partition, each.at);
  }

  // All that was recorded in the partition until then has been taken in; the infinite past if nothing is known yet.
  absl::Time Of(uint32_t partition) const {
    MutexLock lock(mutex_);
    return partitions_[partition].until;
  }
  // Of the one that lies furthest back among those that are read; the infinite future if none is.
  absl::Time OfAllRead() const {
    MutexLock lock(mutex_);
    absl::Time earliest = absl::InfiniteFuture();
    for (const Partition& partition : partitions_) {
      if (partition.is_read) earliest = std::min(earliest, partition.until);
    }
    return earliest;
  }

 private:
  struct Partition {
    bool is_read = false;
    absl::Time until = absl::InfinitePast();
  };

  void Advance(uint32_t partition, absl::Time until) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    partitions_[partition].until = std::max(partitions_[partition].until, until);
  }

  mutable Mutex mutex_;
  std::vector<Partition> partitions_ ABSL_GUARDED_BY(mutex_);
};

// How far each partition is known to reach once the batch has been taken in.
inline std::vector<TailBatch::Ended> ReachOf(const TailBatch& batch) {
  std::vector<TailBatch::Ended> reach = batch.ended;
  for (const TailBatch::Progress& moved : batch.progress) {
    reach.push_back({moved.partition, moved.checkpoint.fold.last_recorded_at});
  }
  return reach;
}

// For metrics: how far `until` lies back. Before anything was known it is endless.
inline double LagSeconds(absl::Time until, absl::Time now) { return std::max(0.0, absl::ToDoubleSeconds(now - until)); }

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_KNOWN_UNTIL_H_
