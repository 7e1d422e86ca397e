// The most recent chunks in memory, and where the log ends: how readers learn of what is durable (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_LIVE_WINDOW_H_
#define SIP_LIBS_LOG_ROCKS_LIVE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// A record on its way into the log, parsed once for everybody.
struct LiveRecord {
  uint16_t log = 0;  // Ordinal.
  uint32_t partition = 0;
  RecordFacts facts;
  ValidRecordPtr command;  // As readers get it; null for a claim.
  std::string claim;       // The header of a claim.

  RecordView view() const {
    return command == nullptr ? RecordView{RecordKind::kClaim, claim, ""}
                              : RecordView{RecordKind::kCommand, command->header.bytes(), command->payload};
  }
};

// A durable chunk. Immutable once published, and then thread-safe.
struct LiveChunk {
  uint64_t number = 0;
  size_t bytes = 0;
  std::vector<std::vector<LiveRecord>> by_log;  // By ordinal; may be shorter than the number of logs.
};

// Thread-safe.
class LiveWindow {
 public:
  // Of so many logs. Chunks before `end` are durable. Keeps about `max_bytes` of chunks, at least the latest.
  LiveWindow(size_t logs, uint64_t end, size_t max_bytes);

  // The next chunk is durable. Must be number end().
  void Publish(std::shared_ptr<const LiveChunk> chunk);
  // Frees the chunks that are no longer kept. That takes a while: readers do it, for whom nobody waits as for the writer, which
  // only does when many have gathered.
  void FreeEvicted();
  // The first number that is not durable.
  uint64_t end() const;
  // Null if it is no longer, or not yet, here.
  std::shared_ptr<const LiveChunk> Find(uint64_t number) const;
  // Waits until a chunk from `number` on has a record of `log`, Close, `deadline`, or Cancel of `cancelled`, a flag of the reader
  // that only this class touches. Other logs' chunks wake nobody, since there are many readers and each would cost the writer time;
  // but now and then all are woken, so that nobody is left behind what is kept.
  void WaitFrom(size_t log, uint64_t number, absl::Time deadline, const bool& cancelled);
  // Sets `cancelled` and wakes whoever waits with it.
  void Cancel(bool& cancelled);
  // The flag is set, or the window closed.
  bool IsCancelled(const bool& cancelled) const;
  // Cancels everybody, now and from now on.
  void Close();

 private:
  struct OfLog {
    uint64_t end = 0;  // Behind its last chunk; guarded by mutex_.
    CondVar changed;
  };
  using Evicted = std::vector<std::shared_ptr<const LiveChunk>>;

  Evicted TakeEvicted() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  mutable Mutex mutex_;
  std::deque<OfLog> logs_;
  std::deque<std::shared_ptr<const LiveChunk>> chunks_ ABSL_GUARDED_BY(mutex_);  // Contiguous, up to end_ - 1.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Evicted evicted_ ABSL_GUARDED_BY(mutex_);
  size_t evicted_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t end_ ABSL_GUARDED_BY(mutex_);
  uint64_t woken_end_ ABSL_GUARDED_BY(mutex_) = 0;  // end_ when all were woken last.
  size_t bytes_since_woken_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_LIVE_WINDOW_H_
