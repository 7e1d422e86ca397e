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
  explicit KnownUntil(uint32_t partition_count) : folded_(partition_count, absl::InfinitePast()) {}

  // What was read up to there has been taken in.
  void NoteFolded(uint32_t partition, const FoldState& fold) {
    MutexLock lock(mutex_);
    folded_[partition] = std::max(folded_[partition], fold.last_recorded_at);
  }
  // Nothing more was known in any partition then.
  void NoteEnd(absl::Time now) {
    MutexLock lock(mutex_);
    end_ = std::max(end_, now);
  }

  // All that was recorded in the partition until then has been taken in; the infinite past if nothing has been yet. With a reader
  // that keeps up it lies a second back at most.
  absl::Time Of(uint32_t partition) const {
    MutexLock lock(mutex_);
    return std::max(end_, folded_[partition]);
  }
  // Of the partition that lies furthest back.
  absl::Time OfAll() const {
    MutexLock lock(mutex_);
    return folded_.empty() ? end_ : std::max(end_, *std::min_element(folded_.begin(), folded_.end()));
  }

 private:
  mutable Mutex mutex_;
  std::vector<absl::Time> folded_ ABSL_GUARDED_BY(mutex_);
  absl::Time end_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// For metrics: how far `until` lies back. Before anything was known it is endless.
inline double LagSeconds(absl::Time until, absl::Time now) { return std::max(0.0, absl::ToDoubleSeconds(now - until)); }

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_KNOWN_UNTIL_H_
