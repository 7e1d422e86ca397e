// The one writer of the folder: takes whatever waits, writes it as one chunk, syncs, and tells everybody (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_COMMITTER_H_
#define SIP_LIBS_LOG_ROCKS_COMMITTER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/base/ordered_callbacks.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_rocks/fold_table.h"
#include "libs/log_rocks/live_window.h"
#include "libs/rocks/database.h"

namespace sip {

// What a session and the committer share.
struct SessionCore {
  enum class State : uint8_t { kOpen, kFenced, kUnknown };
  OrderedCallbacks<AppendReport> callbacks;
  std::atomic<State> state{State::kOpen};
};

class Committer {
 public:
  struct Options {
    size_t queue_bytes = 0;
    size_t queue_records = 0;
    size_t chunk_bytes = 0;
    uint64_t disk_reserve_bytes = 0;
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    // After each commit, on the committer's thread.
    std::function<void()> after_commit;
    // Once, after the commit that failed has been reported.
    std::function<void(absl::Status)> on_failure;
  };
  // From Start until Stop the folds of `table` are the committer's alone.
  Committer(RocksDatabase& database, FoldTable& table, LiveWindow& window, Options options);
  ~Committer() { Stop(); }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void Start();
  // Commits what is queued and ends the thread; what is pushed later is refused. Idempotent.
  void Stop();

  // Room in the queue for a record, to be given to Push or Release. RESOURCE_EXHAUSTED if there is none or the disk reserve is
  // reached.
  absl::Status Reserve(size_t bytes);
  void Release(size_t bytes);
  // Queues a record. `done` gets its report through `core`. UNAVAILABLE, and `done` is not called, if the store is closed or has
  // failed.
  absl::Status Push(std::shared_ptr<SessionCore> core, OrderedCallbacks<AppendReport>::Callback done, LiveRecordPtr record,
                    size_t bytes);
  // Writes claims into one chunk, those that win; says which did, and the chunk. Blocks.
  struct Claims {
    uint64_t chunk = 0;
    std::vector<bool> won;
  };
  absl::StatusOr<Claims> CommitClaims(std::vector<LiveRecordPtr> claims);

  // OK until a commit has failed.
  absl::Status health() const;

 private:
  struct ClaimGroup;
  // One append, or a group of claims.
  struct Item {
    std::shared_ptr<SessionCore> core;
    LiveRecordPtr record;
    size_t bytes = 0;
    std::shared_ptr<ClaimGroup> claims;
  };
  // The chunk that is being made, and whom to tell.
  struct Commit;

  void Run();
  bool TakeQueued(std::vector<Item>& items);
  void CommitItems(std::vector<Item>& items);
  absl::Status Judge(Item& item, Commit& commit);
  absl::Status JudgeClaims(ClaimGroup& group, Commit& commit);
  absl::Status Write(Commit& commit);
  void Publish(Commit& commit);
  void Report(std::vector<Item>& items, Commit& commit);
  void Fail(std::vector<Item>& items, const absl::Status& why);
  absl::Status CheckDisk() const;

  RocksDatabase& database_;
  FoldTable& table_;
  LiveWindow& window_;
  const Options options_;
  std::atomic<bool> reserve_reached_{false};

  mutable Mutex mutex_;
  CondVar changed_;  // Something is queued, a group of claims is done, or the end has come.
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  size_t reserved_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t reserved_records_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_COMMITTER_H_
