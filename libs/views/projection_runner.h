// Keeps one view up to date: reads the logs that its projection names, one thread per log, and commits rows and checkpoints batch
// by batch. An error stops this view alone; ViewProgress tells why.
#ifndef SIP_LIBS_VIEWS_PROJECTION_RUNNER_H_
#define SIP_LIBS_VIEWS_PROJECTION_RUNNER_H_

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/engine/known_until.h"
#include "libs/views/fold_logs.h"
#include "libs/views/view_progress.h"
#include "libs/views/view_store.h"

namespace sip {

// Everything that is pointed to outlives the runner.
class ProjectionRunner {
 public:
  struct Options {
    size_t max_records = 500;                      // Of one batch.
    absl::Duration idle_wait = absl::Seconds(1);   // How long a read waits for records.
    absl::Duration gather = absl::ZeroDuration();  // Pause between two batches while nobody waits for the view.
  };

  // `progress` knows the same logs.
  ProjectionRunner(FoldInput input, ViewStore& store, ViewProgress& progress, Options options);
  // Stops.
  ~ProjectionRunner();
  ProjectionRunner(const ProjectionRunner&) = delete;
  ProjectionRunner& operator=(const ProjectionRunner&) = delete;

  // Opens the logs where the stored checkpoints stand and tells `progress`. DATA_LOSS if a checkpoint is of another history:
  // rebuild.
  absl::Status Open();
  // After Open: reads until there is nothing more, and keeps that on disk: a process that is killed again and again would else read
  // the same again each time. After an error the view stands still, as it would later; what UNAVAILABLE left out is read after
  // Start.
  void CatchUp();
  // After Open: begins to read, on threads of its own.
  void Start();
  // Thread-safe: somebody waits for what is in the logs now.
  void Hurry();
  // Ends the threads. The thread that started them calls it.
  void Stop();

  // Thread-safe, after Open: of each log, until when what was recorded there is in the rows.
  std::map<std::string, absl::Time> KnownUntilOfLogs() const;

  // After Open, instead of Start: reads each log once, without waiting. True if there was something. For tests and start-up.
  absl::StatusOr<bool> PollOnce();

 private:
  struct Reader {
    EventLog* log = nullptr;
    std::shared_ptr<LogTail> tail;  // Under tails_mutex_; replaced by the thread that reads. Null after UNAVAILABLE.
    std::unique_ptr<Pause> pause;
    std::unique_ptr<Pause> before_retry;  // Only the end cuts it.
    std::thread thread{};
    bool at_end = false;  // Nothing was known beyond the last batch.
    std::unique_ptr<KnownUntil> known_until{};
  };

  // Reads and commits one batch, and tells `progress_` of errors; false if there was nothing.
  absl::StatusOr<bool> ReadOnce(Reader& reader, absl::Duration wait);
  absl::StatusOr<bool> ReadAndCommit(Reader& reader, absl::Duration wait);
  // The reader's tail, opened where the stored checkpoints stand if there is none. CANCELLED after Stop.
  absl::StatusOr<std::shared_ptr<LogTail>> EnsureTail(Reader& reader);
  absl::StatusOr<std::vector<TailStart>> StoredStarts(const LogIdentity& identity);
  absl::Status CommitBatch(const EventLog& log, const TailBatch& batch,
                           const std::vector<std::shared_ptr<const RecordedCommand>>& records);
  void TellProgress(const EventLog& log, const TailBatch& batch);
  void Work(Reader& reader);

  const FoldInput input_;
  ViewStore& store_;
  ViewProgress& progress_;
  const Options options_;
  std::vector<Reader> readers_;
  Mutex commit_mutex_;  // One transaction at a time.
  Mutex tails_mutex_;
  bool stopping_ ABSL_GUARDED_BY(tails_mutex_) = false;
};

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_PROJECTION_RUNNER_H_
