#include "libs/engine/partition.h"

#include <algorithm>
#include <utility>

#include "libs/base/check.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

// How many partitions are at work on this thread, one within the other: a callback of one may bring a command to the next.
thread_local int at_work_here = 0;

class AtWork {
 public:
  AtWork() { ++at_work_here; }
  ~AtWork() { --at_work_here; }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
};

}  // namespace

std::shared_ptr<Partition> Partition::Make(const EngineParts& parts, uint32_t partition, std::vector<ForeignLog> foreign_logs) {
  return std::shared_ptr<Partition>(new Partition(parts, partition, std::move(foreign_logs)));
}

Partition::Partition(const EngineParts& parts, uint32_t partition, std::vector<ForeignLog> foreign_logs)
    : parts_(parts), partition_(partition), foreign_logs_(std::move(foreign_logs)), cases_(parts.options.cached_cases) {}

void Partition::Execute(CommandRequest request, CommandExecutor::Done done) {
  auto command = std::make_unique<Pending>();
  command->request_key = RequestKey(request.actor.agency_id(), request.case_id, request.request_id);
  command->request = std::move(request);
  command->arrived = parts_.clock.Now();
  command->done = std::move(done);
  if (!TakeIn(command)) command->done(RejectionStatus(Reason::REASON_OVERLOADED));
}

bool Partition::TakeIn(PendingPtr& command) {
  {
    MutexLock lock(mutex_);
    if (waiting_commands_ >= parts_.options.mailbox_limit) return false;
    ++waiting_commands_;
    inbox_.commands.push_back(std::move(command));
    if (scheduled_) return true;
    if (!parts_.executor.MayRunHere()) {
      Schedule();
      return true;
    }
    scheduled_ = true;
  }
  Drain(/*callers_thread=*/true);
  return true;
}

bool Partition::OfferImport(ImportItem item) {
  MutexLock lock(mutex_);
  if (waiting_imports_ >= parts_.options.import_queue_limit) {
    inbox_.tasks.push_back([this] { import_room_wanted_ = true; });
    Schedule();
    return false;
  }
  ++waiting_imports_;
  inbox_.imports.push_back(std::move(item));
  Schedule();
  return true;
}

void Partition::SetImportCallbacks(ImportCallbacks callbacks) { import_callbacks_ = std::move(callbacks); }

void Partition::SetOnStopped(std::function<void(absl::Status)> on_stopped) { on_stopped_ = std::move(on_stopped); }

PartitionStatus Partition::status() const {
  MutexLock lock(mutex_);
  PartitionStatus status = published_;
  status.waiting = waiting_commands_;
  return status;
}

void Partition::ReadState(const Uuid& scope, absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read) {
  PostTask([this, scope, arrived = parts_.clock.Now(), read = std::move(read)]() mutable {
    ReadStateSince(scope, arrived, std::move(read));
  });
}

void Partition::PromiseWatermark(absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done) {
  PostTask([this, done = std::move(done)]() mutable {
    if (status_.phase != PartitionStatus::Phase::kServing) return done(NotOwnerStatus("The partition is not served here."));
    // The promise holds for what is in flight too: it was stamped before.
    promised_ = std::max(promised_, parts_.clock.Now());
    done(Watermark{promised_, appended_->state().next_idx});
  });
}

void Partition::Shutdown(Task done) {
  PostTask([this, done = std::move(done)]() mutable {
    on_shutdown_ = std::move(done);
    RefuseAll(RejectionStatus(Reason::REASON_SHUTTING_DOWN));
    // The log may not answer for long; whoever claims next finds out.
    if (status_.phase == PartitionStatus::Phase::kDoubt && !claiming_) {
      StepDown(PartitionStatus::Phase::kFenced, NotOwnerStatus("The server stops."));
    }
  });
}

void Partition::Abandon() {
  MutexLock lock(mutex_);
  abandoned_ = true;
}

void Partition::PostTask(Task task) {
  MutexLock lock(mutex_);
  inbox_.tasks.push_back(std::move(task));
  Schedule();
}

void Partition::Schedule() {
  if (scheduled_ || abandoned_) return;
  scheduled_ = true;
  parts_.executor.Post([self = shared_from_this()] { self->Drain(/*callers_thread=*/false); });
}

void Partition::Drain(bool callers_thread) {
  const AtWork at_work;
  while (true) {
    Inbox inbox;
    {
      MutexLock lock(mutex_);
      std::swap(inbox, inbox_);
    }
    // Another partition waits for this thread if it brought the command: it must not wait for the disk.
    RunTurn(std::move(inbox), /*write_here=*/callers_thread && at_work_here == 1);
    PublishStatus();
    MutexLock lock(mutex_);
    // What was decided here may be durable by now, and is answered at once; all else is left to the executor.
    if (std::exchange(callers_thread, false) && !inbox_.reports.empty()) continue;
    const bool more_to_do = status_.phase == PartitionStatus::Phase::kServing &&
                            (!waiting_.empty() || (!import_queue_.empty() && !imports_paused_)) &&
                            in_flight_.size() < parts_.options.in_flight_limit;
    scheduled_ = false;
    if (more_to_do || !inbox_.empty()) Schedule();
    return;
  }
}

void Partition::RunTurn(Inbox inbox, bool write_here) {
  if (session_ != nullptr) session_->BeginBatch();
  Settle(inbox.reports);
  for (Task& task : inbox.tasks) task();
  for (ImportItem& item : inbox.imports) import_queue_.push_back(std::move(item));
  for (PendingPtr& command : inbox.commands) waiting_.push_back(std::move(command));
  if (on_shutdown_) RefuseAll(RejectionStatus(Reason::REASON_SHUTTING_DOWN));
  switch (status_.phase) {
    case PartitionStatus::Phase::kServing:
      HandleImports();
      HandleCommands();
      break;
    case PartitionStatus::Phase::kClaiming:
    case PartitionStatus::Phase::kDoubt:
      break;  // What waits stays: it is decided once the fate of the rest is known.
    case PartitionStatus::Phase::kStarting:
    case PartitionStatus::Phase::kReleasing:
    case PartitionStatus::Phase::kFenced:
    case PartitionStatus::Phase::kStopped:
      RefuseAll(NotOwnerStatus("This node does not serve the partition."));
      break;
  }
  HandleBarriers();
  if (session_ != nullptr) session_->EndBatch(write_here);
  FinishReleaseIfIdle();
  FinishShutdownIfIdle();
}

void Partition::PublishStatus() {
  status_.next_idx = durable_.has_value() ? durable_->state().next_idx : 0;
  status_.in_flight = in_flight_.size();
  status_.parked = parked_.size();
  MutexLock lock(mutex_);
  published_ = status_;
  // What ends them for good says more.
  if (published_.imports.ok() && !import_pauses_.empty()) published_.imports = import_pauses_.begin()->second;
}

}  // namespace sip
