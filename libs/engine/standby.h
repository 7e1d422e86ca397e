// Keeps the stream store of a log up to date with the partitions that this process does not own, so that taking one over means to
// fold what was recorded a moment ago, not the history.
#ifndef SIP_LIBS_ENGINE_STANDBY_H_
#define SIP_LIBS_ENGINE_STANDBY_H_

#include <cstdint>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/engine/log_follower.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

// Thread-safe but for Start and Stop.
class Standby {
 public:
  // Both outlive it. `gather`: how long it pauses behind each batch.
  Standby(EventLog& log, StreamStore& store, absl::Duration gather = absl::ZeroDuration());

  // Follows all partitions that are not suspended, on a thread of its own. Until then, and after Stop, nothing is written.
  void Start() { follower_.StartThread(); }
  void Stop() { follower_.Stop(); }
  // Without a thread, for tests: one batch. True if there was something.
  absl::StatusOr<bool> PollOnce() { return follower_.PollOnce(absl::ZeroDuration()); }

  // From its return on nothing of the partition is written: its owner does. May wait for a batch that is being written.
  void Suspend(uint32_t partition);
  // The partition is followed again, from the stored checkpoint.
  void Resume(uint32_t partition);

  // How far the stored partitions reach that are not suspended.
  const KnownUntil& known_until() const { return follower_.known_until(); }

  // Why it stands still; OK if it does not.
  absl::Status status() const;

 private:
  absl::StatusOr<std::vector<TailStart>> Starts();
  absl::Status Apply(const TailBatch& batch);
  void NoteStatus(const absl::Status& status);

  EventLog& log_;
  StreamStore& store_;
  mutable Mutex mutex_;
  std::set<uint32_t> suspended_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  LogFollower follower_;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_STANDBY_H_
