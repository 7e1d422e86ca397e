#include "libs/engine/standby.h"

#include <utility>

#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"

namespace sip {

Standby::Standby(EventLog& log, StreamStore& store, absl::Duration gather)
    : log_(log),
      store_(store),
      follower_(log,
                LogFollower::Handlers{
                    [this] { return Starts(); },
                    [this](const TailBatch& batch) { return Apply(batch); },
                    [this](const absl::Status& why) { NoteStatus(why); },
                    [this](const absl::Status& why) { NoteStatus(why); },
                },
                gather) {}

absl::StatusOr<std::vector<TailStart>> Standby::Starts() {
  MutexLock lock(mutex_);
  std::vector<TailStart> starts;
  for (uint32_t p = 0; p < log_.identity().partition_count; ++p) {
    if (suspended_.count(p) > 0) continue;
    SIP_ASSIGN_OR_RETURN(ReaderCheckpoint checkpoint, store_.LoadCheckpoint(p));
    starts.push_back({p, std::move(checkpoint)});
  }
  return starts;
}

absl::Status Standby::Apply(const TailBatch& batch) {
  StreamStoreBatch followed;
  // Held while it is written: Suspend returns behind it.
  MutexLock lock(mutex_);
  for (const ValidRecordPtr& record : batch.records) {
    if (SIP_MUTANT(standby_checkpoint_without_records)) continue;
    if (suspended_.count(record->partition) == 0) followed.records.push_back(record);
  }
  for (const TailBatch::Progress& progress : batch.progress) {
    if (suspended_.count(progress.partition) == 0) followed.checkpoints.push_back(progress);
  }
  return store_.Apply(followed);
}

void Standby::Suspend(uint32_t partition) {
  {
    MutexLock lock(mutex_);
    if (!suspended_.insert(partition).second) return;
  }
  // The owner's records need not be read back.
  follower_.Rewind();
}

void Standby::Resume(uint32_t partition) {
  {
    MutexLock lock(mutex_);
    if (suspended_.erase(partition) == 0) return;
  }
  follower_.Rewind();
}

void Standby::NoteStatus(const absl::Status& status) {
  MutexLock lock(mutex_);
  status_ = status;
}

absl::Status Standby::status() const {
  MutexLock lock(mutex_);
  return status_;
}

}  // namespace sip
