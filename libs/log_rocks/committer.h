// The one writer of the folder (internal to log_rocks). Callers put their records into the open chunk themselves, while the one
// before it is being written and synced. Writing, syncing and telling everybody is done by one thread at a time: the committer's
// own, or a caller's that has nothing else to do.
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
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/ordered_callbacks.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_rocks/fold_table.h"
#include "libs/log_rocks/live_window.h"
#include "libs/rocks/database.h"
#include "sip/log/v1/checkpoint.pb.h"

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
    absl::Duration disk_check_interval;  // How often it is looked at while there are commits.
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    // The table is saved with every such chunk.
    uint64_t state_every = 1;
    // After each commit, on the thread that wrote it; with the table as it was behind the chunk, if it was saved with it.
    std::function<void(const log::v1::EmbeddedLogState* state)> after_commit;
    // Once after commits, `idle_interval` after the committer's thread last had something to do; never while somebody writes.
    absl::Duration idle_interval = absl::InfiniteDuration();
    std::function<void()> on_idle;
    // Once, after the commit that failed has been reported.
    std::function<void(absl::Status)> on_failure;
  };
  // From Start until Stop the folds of `table` are the committer's, and run ahead of what is durable.
  Committer(RocksDatabase& database, FoldTable& table, LiveWindow& window, Options options);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void Start();
  // Commits what waits and ends the thread; later appends are refused. Idempotent.
  void Stop();

  // When the open chunk is written: as soon as can be, or at the next Flush (or append that does not wait), if not before.
  enum class WriteAt : uint8_t { kOnce, kFlush };
  // Puts a record into the open chunk; `done` gets its report. Not OK as LogSession::Append says.
  absl::Status Append(const std::shared_ptr<SessionCore>& core, LiveRecord record, WriteAt when, LogSession::Done done);
  // Has written what was appended: on this thread, before it returns, if `here` and nobody else is writing.
  void Flush(bool here);
  // Puts those claims that win into one chunk; says which did, and the chunk, once it is durable. Blocks.
  struct Claims {
    uint64_t chunk = 0;
    std::vector<bool> won;
  };
  absl::StatusOr<Claims> CommitClaims(std::vector<LiveRecord> claims);

  // OK until a commit has failed.
  absl::Status health() const;

 private:
  struct ClaimGroup;
  // A chunk that is being filled or waits to be written, and whom to tell.
  struct Commit;

  void Run();
  absl::Status CheckTaken() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The chunk that takes records now.
  Commit& OpenCommit(WriteAt when) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Seal(Commit& commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Verdict> Judge(const LiveRecord& record, const Commit& commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next one to write; null when the end has come.
  std::unique_ptr<Commit> AwaitNext();
  // Until there is something to write, and nobody who does, or the end has come.
  void AwaitWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first that waits, sealed. The caller is the writer until EndWriting.
  std::unique_ptr<Commit> TakeFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndWriting();
  void Finish(std::unique_ptr<Commit> commit);
  absl::Status Write(Commit& commit);
  void Report(Commit& commit);
  void Fail(std::unique_ptr<Commit> commit, const absl::Status& why);
  absl::Status CheckDisk() const;
  void CheckDiskNowAndThen();

  RocksDatabase& database_;
  FoldTable& table_;
  LiveWindow& window_;
  const Options options_;
  std::atomic<bool> reserve_reached_{false};
  absl::Time disk_checked_at_;  // The writer's.

  mutable Mutex mutex_;
  CondVar changed_;  // Something is to be written or was, a group of claims is done, or the end has come.
  std::deque<std::unique_ptr<Commit>> waiting_ ABSL_GUARDED_BY(mutex_);  // All but the last are sealed.
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;                     // Of the chunk that is not sealed.
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t queued_records_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;   // Somebody writes: nobody else may.
  bool idle_due_ ABSL_GUARDED_BY(mutex_) = false;  // There was a commit since on_idle.
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_COMMITTER_H_
