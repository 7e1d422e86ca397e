// Sees to it that this node owns the partitions of a log that it should own, and no others: claims what is missing, again after a
// while if somebody else was quicker or the log does not answer, and gives up what it should not have. Who should own what is only
// a hint (a configuration, a group): the log alone decides who does.
#ifndef SIP_LIBS_ENGINE_OWNERSHIP_KEEPER_H_
#define SIP_LIBS_ENGINE_OWNERSHIP_KEEPER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/engine/context_engine.h"
#include "libs/engine/timer.h"

namespace sip {

// Thread-safe.
class OwnershipKeeper : public std::enable_shared_from_this<OwnershipKeeper> {
 public:
  struct Options {
    // How often it looks after its partitions.
    absl::Duration interval = absl::Milliseconds(250);
    // A partition that could not be claimed, or was lost to another node, is left alone for so long; doubled each time up to the
    // second until it has been served for as long, and shortened at random, so that two nodes that want the same do not fence each
    // other in step.
    absl::Duration first_delay = absl::Milliseconds(250);
    absl::Duration longest_delay = absl::Seconds(8);
    uint64_t jitter_seed = 0;
  };

  // All of them outlive the keeper's last task.
  static std::shared_ptr<OwnershipKeeper> Make(ContextEngine& engine, Clock& clock, Timer& timer, Options options);

  // From now on these should be owned. Returns at once.
  void Want(std::set<uint32_t> partitions);
  // The same, and `done` runs when all others have been given up: another node may claim them without waiting for us.
  void WantOnly(std::set<uint32_t> partitions, Task done);
  // Looks after nothing any more. What is owned stays owned; the engine's shutdown gives it up.
  void Stop();

  // Whether it should be owned.
  bool Wants(uint32_t partition) const;
  // Why a partition that should be owned is not; OK if it is, or is not wanted.
  absl::Status StatusOf(uint32_t partition) const;

 private:
  struct Wanted {
    bool acquiring = false;
    bool served = false;  // It was, when it was looked at last.
    absl::Time acquired_at = absl::InfinitePast();
    absl::Time not_before = absl::InfinitePast();
    absl::Duration delay = absl::ZeroDuration();
    absl::Status why_not;
  };

  OwnershipKeeper(ContextEngine& engine, Clock& clock, Timer& timer, Options options)
      : engine_(engine), clock_(clock), timer_(timer), options_(options), random_(options.jitter_seed) {}
  void Look();
  void LookAt(uint32_t partition);
  void OnAcquired(uint32_t partition, const absl::Status& status);
  void PutOff(Wanted& wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LookLater();

  ContextEngine& engine_;
  Clock& clock_;
  Timer& timer_;
  const Options options_;
  mutable Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  std::map<uint32_t, Wanted> wanted_ ABSL_GUARDED_BY(mutex_);
  bool looking_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_OWNERSHIP_KEEPER_H_
