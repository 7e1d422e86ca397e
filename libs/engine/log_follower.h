// Reads one log, all partitions, record by record on a thread of its own: what importers and followers of shared logs are made of.
//
// UNAVAILABLE, from the log or a handler, passes: the thread begins again at `start`, after 50 ms and then each time after twice as
// long, up to 5 s. Any other error ends the following for good.
#ifndef SIP_LIBS_ENGINE_LOG_FOLLOWER_H_
#define SIP_LIBS_ENGINE_LOG_FOLLOWER_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/engine/known_until.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

class LogFollower {
 public:
  struct Handlers {
    // Where to begin, each time the reading begins (again).
    std::function<absl::StatusOr<std::vector<TailStart>>()> start;
    // A batch, in order. May block (back-pressure) until Stop. After UNAVAILABLE or Rewind it may see records again.
    std::function<absl::Status(TailBatch)> batch;
    // The following has ended for good, with an error other than CANCELLED.
    std::function<void(absl::Status)> failed;
    // Why nothing is read for now (UNAVAILABLE), told after each attempt; OK once it goes on. May be null.
    std::function<void(absl::Status)> waiting{};
  };

  // The thread pauses for `gather` behind each batch, so that the next one is larger.
  LogFollower(EventLog& log, Handlers handlers, absl::Duration gather = absl::ZeroDuration())
      : log_(log), handlers_(std::move(handlers)), gather_(gather), known_until_(log.identity().partition_count) {}
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // Begins to read on a thread.
  void StartThread();
  // Reads at most one batch, without a thread: for tests and start-up. True if there was something. An error is told to `failed`
  // or `waiting` too; after UNAVAILABLE it may be called again.
  absl::StatusOr<bool> PollOnce(absl::Duration wait);
  // Thread-safe: begins again at `start` before the next batch.
  void Rewind();
  // Thread-safe: somebody waits for what is in the log now; no pause before it is read, unless the log does not answer.
  void Hurry() { pause_.Cut(); }
  // Thread-safe: ends the thread.
  void Stop();
  // Thread-safe: how far what was handed over reaches.
  const KnownUntil& known_until() const { return known_until_; }

 private:
  void Work();
  absl::StatusOr<bool> ReadAndHandOver(absl::Duration wait);
  bool IsStopping();
  absl::Status HandOver(TailBatch batch);
  absl::Status EnsureTail();
  void DropTail();
  void TellWaiting(const absl::Status& why);

  EventLog& log_;
  const Handlers handlers_;
  const absl::Duration gather_;
  KnownUntil known_until_;
  Pause pause_;
  Pause before_retry_;  // Only the end cuts it: callers in a hurry must not make a log that is away be asked without a pause.
  bool waits_ = false;  // `waiting` was told an error last; of the thread that reads.
  Mutex mutex_;
  std::shared_ptr<LogTail> tail_ ABSL_GUARDED_BY(mutex_);  // Replaced by the reading thread alone.
  bool rewind_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_LOG_FOLLOWER_H_
