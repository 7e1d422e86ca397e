// Taking a partition over, learning what became of appends, and giving it up.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/engine/case_loader.h"
#include "libs/engine/partition.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

constexpr size_t kReplayBatch = 1000;
constexpr absl::Duration kFirstRetry = absl::Milliseconds(50);
constexpr int kMostRetryDoublings = 7;

// Replayed records go to the store in batches, each with the fold behind it.
class ReplayWriter {
 public:
  ReplayWriter(StreamStore& store, uint32_t partition) : store_(store), partition_(partition) {}

  absl::Status Add(ValidRecordPtr record) {
    batch_.records.push_back(std::move(record));
    return batch_.records.size() < kReplayBatch ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (batch_.records.empty()) return absl::OkStatus();
    const StreamStoreBatch batch = std::exchange(batch_, {});
    return store_.Apply(batch);
  }

  absl::Status Finish(ReaderCheckpoint checkpoint) {
    batch_.checkpoints.push_back({partition_, std::move(checkpoint)});
    const StreamStoreBatch batch = std::exchange(batch_, {});
    return store_.Apply(batch);
  }

 private:
  StreamStore& store_;
  const uint32_t partition_;
  StreamStoreBatch batch_;
};

}  // namespace

absl::Status Partition::TakeOver(std::map<uint64_t, std::string>* delivered_leaves) {
  session_.reset();
  ++session_epoch_;
  SIP_ASSIGN_OR_RETURN(const ReaderCheckpoint checkpoint, parts_.store.LoadCheckpoint(partition_));
  ReplayWriter replay(parts_.store, partition_);
  const absl::Time claimed_at = parts_.clock.Now();
  absl::StatusOr<std::unique_ptr<LogSession>> session =
      parts_.log.Claim(partition_, checkpoint, parts_.claimant, [&](ValidRecordPtr record) {
        ++status_.replayed;
        if (delivered_leaves != nullptr) (*delivered_leaves)[record->idx] = record->leaf;
        return replay.Add(std::move(record));
      });
  SIP_RETURN_IF_ERROR(session.status());
  session_ = *std::move(session);
  const FoldState& state = session_->claimed().fold;
  SIP_RETURN_IF_ERROR(replay.Finish(session_->claimed()));
  records_since_checkpoint_ = 0;
  if (state.last_recorded_at > parts_.clock.Now() + parts_.options.clock_bound) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this machine's clock is behind the last record of ", parts_.model.log_name(), " partition ", partition_, " by ",
        absl::FormatDuration(state.last_recorded_at - parts_.clock.Now()), "; set the clock right (NTP) and start again"));
  }
  const ExpectedLog expected{state.log_id, partition_};
  durable_.emplace(expected, state);
  appended_.emplace(expected, state);
  owned_at_ = claimed_at;
  promised_ = std::max(promised_, state.last_recorded_at);
  if (!SIP_MUTANT(seen_kept_over_doubt)) seen_.clear();
  skipped_.clear();
  saved_foreign_.clear();
  failed_take_overs_ = 0;
  status_.phase = PartitionStatus::Phase::kServing;
  return absl::OkStatus();
}

void Partition::Settle(const std::vector<std::pair<uint64_t, AppendReport>>& reports) {
  StreamStoreBatch batch;
  std::vector<InFlight> settled;
  AppendOutcome failure = AppendOutcome::kDurable;
  for (const auto& [epoch, report] : reports) {
    if ((epoch != session_epoch_ && !SIP_MUTANT(report_of_ended_session)) || failure != AppendOutcome::kDurable) continue;
    if (report.outcome != AppendOutcome::kDurable) {
      failure = report.outcome;
      continue;
    }
    SIP_CHECK(!in_flight_.empty());
    const absl::StatusOr<Verdict> verdict = durable_->Step(in_flight_.front().written.prepared.facts());
    // The session said durable; the local fold must agree, or nothing is acknowledged.
    if (!verdict.ok() || *verdict != Verdict::kValid) {
      failure = AppendOutcome::kUnknown;
      continue;
    }
    last_report_ = report;
    owned_at_ = std::max(owned_at_, in_flight_.front().sent_at);
    settled.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
    ++first_in_flight_;
  }
  if (!settled.empty()) {
    for (InFlight& in_flight : settled) {
      batch.records.push_back(in_flight.written.prepared.record());
      AnswerDurable(in_flight);
    }
    records_since_checkpoint_ += settled.size();
    if (SIP_MUTANT(waiters_before_store)) {
      for (InFlight& in_flight : settled) TellWaiters(in_flight, /*durable=*/true);
      for (InFlight& in_flight : settled) in_flight.waiters.clear();
    }
    absl::Status applied = parts_.store.Apply(batch);
    if (applied.ok() && records_since_checkpoint_ >= parts_.options.checkpoint_every) applied = SaveCheckpoint();
    for (InFlight& in_flight : settled) {
      if (!in_flight.scope.has_value()) continue;
      if (CaseEntry* entry = cases_.Find(*in_flight.scope); entry != nullptr) --entry->in_flight;
    }
    // The log has them, the store does not: nothing can be loaded any more.
    if (!applied.ok()) StepDown(PartitionStatus::Phase::kStopped, applied);
    // Only now: they read the store.
    for (InFlight& in_flight : settled) TellWaiters(in_flight, /*durable=*/true);
    if (!applied.ok()) return;
  }
  if (status_.phase != PartitionStatus::Phase::kServing) return;
  if (failure == AppendOutcome::kUnknown) EnterDoubt();
  if (failure == AppendOutcome::kFenced) {
    StepDown(PartitionStatus::Phase::kFenced, RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "Another node took over."));
  }
}

void Partition::AnswerDurable(InFlight& in_flight) {
  if (in_flight.command == nullptr) return;
  in_flight_requests_.erase(in_flight.command->request_key);
  Reply(*in_flight.command, AnswerOf(in_flight.written.decoded));
}

void Partition::TellWaiters(InFlight& in_flight, bool durable) {
  for (auto& waiter : in_flight.waiters) waiter(durable);
}

void Partition::EnterDoubt() {
  ++status_.doubts;
  status_.phase = PartitionStatus::Phase::kDoubt;
  // Everything that was decided after the last durable record is void here until the log says otherwise.
  if (!SIP_MUTANT(cache_kept_over_doubt)) cases_.Clear();
  if (SIP_MUTANT(doubt_taken_as_failure)) {
    for (InFlight& in_flight : in_flight_) {
      if (in_flight.command != nullptr) Reply(*in_flight.command, RejectionStatus(Reason::REASON_OVERLOADED));
      in_flight.command = nullptr;
    }
  }
  {
    MutexLock lock(mutex_);
    ++import_epoch_;
    waiting_imports_ -= import_queue_.size();
  }
  import_queue_.clear();
  ResolveDoubt();
}

void Partition::ResolveDoubt() {
  std::map<uint64_t, std::string> delivered;
  const absl::Status status = TakeOver(&delivered);
  if (absl::IsUnavailable(status)) {
    const absl::Duration delay = kFirstRetry * (1 << std::min(failed_take_overs_++, kMostRetryDoublings));
    parts_.timer.At(parts_.clock.Now() + delay, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->PostTask([raw = self.get()] { raw->ResolveDoubt(); });
    });
    return;
  }
  if (!status.ok()) {
    StepDown(absl::IsAborted(status) ? PartitionStatus::Phase::kFenced : PartitionStatus::Phase::kStopped, status);
    return;
  }
  // The new claim ends the old one: what the fold has not delivered by now can never become valid.
  std::deque<InFlight> pending = std::exchange(in_flight_, {});
  first_in_flight_ += pending.size();
  in_flight_requests_.clear();
  std::deque<PendingPtr> again;
  for (InFlight& in_flight : pending) {
    const auto found = delivered.find(in_flight.written.prepared.record()->idx);
    if (found != delivered.end() && found->second == in_flight.written.prepared.record()->leaf) {
      AnswerDurable(in_flight);
      TellWaiters(in_flight, /*durable=*/true);
      continue;
    }
    if (in_flight.command != nullptr) {
      MutexLock lock(mutex_);
      ++waiting_commands_;
      again.push_back(std::move(in_flight.command));
    }
    TellWaiters(in_flight, /*durable=*/false);
  }
  for (auto it = again.rbegin(); it != again.rend(); ++it) waiting_.push_front(std::move(*it));
  if (import_callbacks_.on_rewind && !SIP_MUTANT(no_rewind_after_doubt)) import_callbacks_.on_rewind();
}

void Partition::StepDown(PartitionStatus::Phase phase, const absl::Status& why) {
  status_.phase = phase;
  status_.stopped = why;
  session_.reset();
  ++session_epoch_;
  cases_.Clear();
  // Their fate is not known here; the same request id tells it at the next owner.
  const absl::Status unknown =
      RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "What became of the command is not known yet.");
  std::deque<InFlight> pending = std::exchange(in_flight_, {});
  first_in_flight_ += pending.size();
  in_flight_requests_.clear();
  for (InFlight& in_flight : pending) {
    if (in_flight.command != nullptr) Reply(*in_flight.command, unknown);
    TellWaiters(in_flight, /*durable=*/false);
  }
  RefuseAll(unknown);
  if (phase == PartitionStatus::Phase::kStopped && on_stopped_) on_stopped_(why);
}

void Partition::RefuseAll(const absl::Status& why) {
  std::deque<PendingPtr> waiting = std::exchange(waiting_, {});
  {
    MutexLock lock(mutex_);
    waiting_commands_ -= waiting.size();
    waiting_imports_ -= import_queue_.size();
  }
  for (PendingPtr& command : waiting) Reply(*command, why);
  import_queue_.clear();
  while (!parked_.empty()) ReleaseParked(parked_.begin(), why);
}

absl::Status Partition::SaveCheckpoint() {
  if (records_since_checkpoint_ == 0) return absl::OkStatus();
  records_since_checkpoint_ = 0;
  StreamStoreBatch batch;
  batch.checkpoints.push_back(
      {partition_, ReaderCheckpoint{last_report_.resume_cursor, last_report_.record_cursor,
                                    SIP_MUTANT(checkpoint_of_what_is_sent) ? appended_->state() : durable_->state()}});
  return parts_.store.Apply(batch);
}

void Partition::FinishShutdownIfIdle() {
  if (!on_shutdown_ || !in_flight_.empty()) return;
  // Without it the next start folds a little more. A store that could not write lacks what the fold has.
  if (status_.phase != PartitionStatus::Phase::kStopped || SIP_MUTANT(checkpoint_over_failed_store)) {
    if (const absl::Status saved = SaveCheckpoint(); !saved.ok()) status_.stopped = saved;
  }
  session_.reset();
  ++session_epoch_;
  if (status_.phase == PartitionStatus::Phase::kServing || status_.phase == PartitionStatus::Phase::kDoubt) {
    status_.phase = PartitionStatus::Phase::kFenced;
  }
  Task done = std::exchange(on_shutdown_, nullptr);
  done();
}

}  // namespace sip
