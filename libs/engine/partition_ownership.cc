// Taking a partition over, learning what became of appends, and giving it up.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/engine/case_loader.h"
#include "libs/engine/not_owner.h"
#include "libs/engine/partition.h"
#include "libs/engine/standby.h"
#include "libs/engine/store_failure.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

constexpr size_t kReplayBatch = 1000;
constexpr absl::Duration kFirstRetry = absl::Milliseconds(50);
constexpr int kMostRetryDoublings = 7;
// A node that has just taken over, or has folded its store anew, has more to forget than comes.
constexpr uint64_t kForgottenPerRecord = 2;

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
    return StoreFailure(store_.Apply(batch));
  }

  absl::Status Finish(ReaderCheckpoint checkpoint) {
    batch_.checkpoints.push_back({partition_, std::move(checkpoint)});
    const StreamStoreBatch batch = std::exchange(batch_, {});
    return StoreFailure(store_.Apply(batch));
  }

 private:
  StreamStore& store_;
  const uint32_t partition_;
  StreamStoreBatch batch_;
};

}  // namespace

absl::Status Partition::Start() {
  Taken taken;
  absl::Status status = Claim(parts_.claimant, taken);
  if (status.ok()) status = Install(std::move(taken));
  MutexLock lock(mutex_);
  published_ = status_;
  return status;
}

absl::Status Partition::Claim(const ClaimantInfo& claimant, Taken& taken) const {
  if (parts_.standby != nullptr && !SIP_MUTANT(standby_not_suspended)) parts_.standby->Suspend(partition_);
  const absl::StatusOr<ReaderCheckpoint> checkpoint = parts_.store.LoadCheckpoint(partition_);
  if (!checkpoint.ok()) return StoreFailure(checkpoint.status());
  ReplayWriter replay(parts_.store, partition_);
  // Only an owner in doubt has something to look for among them.
  const bool keep_leaves = !claimant.only_after.empty();
  taken.claimed_at = parts_.clock.Now();
  absl::StatusOr<std::unique_ptr<LogSession>> session =
      parts_.log.Claim(partition_, *checkpoint, claimant, [&](ValidRecordPtr record) {
        ++taken.replayed;
        if (keep_leaves) taken.leaves[record->idx] = record->leaf;
        return replay.Add(std::move(record));
      });
  SIP_RETURN_IF_ERROR(session.status());
  SIP_RETURN_IF_ERROR(replay.Finish((*session)->claimed()));
  taken.session = *std::move(session);
  return absl::OkStatus();
}

absl::Status Partition::Install(Taken taken) {
  const FoldState& state = taken.session->claimed().fold;
  status_.replayed += taken.replayed;
  if (state.last_recorded_at > parts_.clock.Now() + parts_.options.clock_bound) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this machine's clock is behind the last record of ", parts_.model.log_name(), " partition ", partition_, " by ",
        absl::FormatDuration(state.last_recorded_at - parts_.clock.Now()), "; set the clock right (NTP) and start again"));
  }
  const absl::StatusOr<uint64_t> remembered_from = parts_.store.LoadRememberedFrom(partition_);
  if (!remembered_from.ok()) return StoreFailure(remembered_from.status());
  remembered_from_ = *remembered_from;
  // All before a stored checkpoint has been imported. If nothing lies behind it, importers will have nothing to tell.
  std::map<std::string, uint64_t> imported_to;
  for (const ForeignLog& foreign : foreign_logs_) {
    const std::string& foreign_log_id = foreign.log->identity().log_id;
    const absl::StatusOr<ReaderCheckpoint> checkpoint = parts_.store.LoadForeignCheckpoint(partition_, foreign_log_id);
    if (!checkpoint.ok()) return StoreFailure(checkpoint.status());
    imported_to[foreign_log_id] = checkpoint->fold.next_idx;
  }
  session_ = std::move(taken.session);
  ++session_epoch_;
  session_->SetOnLost([weak = weak_from_this(), epoch = session_epoch_](AppendOutcome outcome) {
    if (const auto self = weak.lock()) self->PostTask([raw = self.get(), epoch, outcome] { raw->OnLost(epoch, outcome); });
  });
  records_since_checkpoint_ = 0;
  const ExpectedLog expected{state.log_id, partition_};
  durable_.emplace(expected, state);
  appended_.emplace(expected, state);
  owned_at_ = SIP_MUTANT(owned_since_install) ? parts_.clock.Now() : taken.claimed_at;
  promised_ = std::max(promised_, state.last_recorded_at);
  own_claims_ = {*state.claim};
  {
    // What importers read before does not count.
    MutexLock lock(mutex_);
    ++import_epoch_;
  }
  if (!SIP_MUTANT(seen_kept_over_doubt)) seen_.clear();
  for (const auto& [foreign_log_id, next_idx] : imported_to) {
    uint64_t& seen = seen_[foreign_log_id];
    seen = std::max(seen, next_idx);
  }
  skipped_.clear();
  saved_foreign_.clear();
  failed_take_overs_ = 0;
  ++status_.take_overs;
  status_.stopped = absl::OkStatus();
  SetPhase(PartitionStatus::Phase::kServing);
  return absl::OkStatus();
}

void Partition::SetPhase(PartitionStatus::Phase phase) {
  status_.phase = phase;
  wants_imports_ = phase == PartitionStatus::Phase::kServing || phase == PartitionStatus::Phase::kDoubt;
}

void Partition::Acquire(absl::AnyInvocable<void(absl::Status)> done) {
  PostTask([this, done = std::move(done)]() mutable {
    switch (status_.phase) {
      case PartitionStatus::Phase::kServing:
        return done(absl::OkStatus());
      case PartitionStatus::Phase::kStopped:
        return done(status_.stopped);
      case PartitionStatus::Phase::kClaiming:
      case PartitionStatus::Phase::kDoubt:
      case PartitionStatus::Phase::kReleasing:
        return done(NotOwnerStatus("The partition is being claimed or released."));
      case PartitionStatus::Phase::kStarting:
      case PartitionStatus::Phase::kFenced:
        break;
    }
    // The next owner may have claimed it already: it must not be fenced by one that stops.
    if (on_shutdown_ || shut_down_) return done(RejectionStatus(Reason::REASON_SHUTTING_DOWN));
    on_acquired_ = std::move(done);
    SetPhase(PartitionStatus::Phase::kClaiming);
    BeginClaim(parts_.claimant);
  });
}

void Partition::BeginClaim(ClaimantInfo claimant) {
  claiming_ = true;
  ++session_epoch_;
  auto attempts = std::make_shared<std::vector<std::string>>();
  claimant.on_attempt = [attempts](const std::string& claim_id) { attempts->push_back(claim_id); };
  Executor& executor = parts_.claims != nullptr ? *parts_.claims : parts_.executor;
  executor.Post([self = shared_from_this(), old = std::move(session_), claimant = std::move(claimant), attempts]() mutable {
    old.reset();
    auto taken = std::make_unique<Taken>();
    const absl::Status status = self->Claim(claimant, *taken);
    self->PostTask([raw = self.get(), status, taken = std::move(taken), attempts]() mutable {
      raw->FinishClaim(status, std::move(*taken), *attempts);
    });
  });
}

void Partition::FinishClaim(absl::Status status, Taken taken, const std::vector<std::string>& attempts) {
  claiming_ = false;
  own_claims_.insert(own_claims_.end(), attempts.begin(), attempts.end());
  const bool in_doubt = status_.phase == PartitionStatus::Phase::kDoubt;
  const std::map<uint64_t, std::string> leaves = std::move(taken.leaves);
  if (status.ok()) status = Install(std::move(taken));
  if (in_doubt) {
    FinishDoubt(status, leaves);
  } else if (!status.ok()) {
    StepDown(PhaseAfter(status), status);
  }
  const bool rewind = status.ok() && !SIP_MUTANT(no_rewind_after_doubt);
  if (rewind && import_callbacks_.on_rewind) import_callbacks_.on_rewind();
  if (on_acquired_) std::exchange(on_acquired_, nullptr)(status);
  if (!on_released_.empty() && status_.phase == PartitionStatus::Phase::kServing) BeginRelease();
}

// Whether somebody may try again, here or elsewhere.
PartitionStatus::Phase Partition::PhaseAfter(const absl::Status& failed_claim) const {
  if (absl::IsAborted(failed_claim)) return PartitionStatus::Phase::kFenced;
  const bool broken = absl::IsDataLoss(failed_claim) || absl::IsInternal(failed_claim) || IsStoreFailure(failed_claim);
  return parts_.log.OthersCanOwn() && !broken ? PartitionStatus::Phase::kFenced : PartitionStatus::Phase::kStopped;
}

void Partition::Release(Task done) {
  PostTask([this, done = std::move(done)]() mutable {
    switch (status_.phase) {
      case PartitionStatus::Phase::kStarting:
      case PartitionStatus::Phase::kFenced:
      case PartitionStatus::Phase::kStopped:
        return done();
      case PartitionStatus::Phase::kServing:
      case PartitionStatus::Phase::kClaiming:
      case PartitionStatus::Phase::kDoubt:
      case PartitionStatus::Phase::kReleasing:
        break;
    }
    on_released_.push_back(std::move(done));
    if (status_.phase == PartitionStatus::Phase::kServing) BeginRelease();
  });
}

void Partition::BeginRelease() {
  SetPhase(PartitionStatus::Phase::kReleasing);
  RefuseAll(NotOwnerStatus("The partition moves to another node."));
  if (SIP_MUTANT(standby_resumed_early) && parts_.standby != nullptr) parts_.standby->Resume(partition_);
}

void Partition::FinishReleaseIfIdle() {
  if (status_.phase != PartitionStatus::Phase::kReleasing) return;
  if (!in_flight_.empty() && !SIP_MUTANT(released_before_durable)) return;
  // Without it the next owner here folds a little more.
  SaveCheckpoint().IgnoreError();
  StepDown(PartitionStatus::Phase::kFenced, NotOwnerStatus("The partition was given up."));
}

void Partition::OnLost(uint64_t epoch, AppendOutcome outcome) {
  if (epoch != session_epoch_ || session_ == nullptr) return;
  if (outcome == AppendOutcome::kFenced) {
    return StepDown(PartitionStatus::Phase::kFenced, NotOwnerStatus("Another node took over."));
  }
  if (status_.phase == PartitionStatus::Phase::kServing) EnterDoubt();
}

void Partition::Settle(const std::vector<std::pair<uint64_t, AppendReport>>& reports) {
  StreamStoreBatch batch;
  std::vector<InFlight> settled;
  AppendOutcome failure = AppendOutcome::kDurable;
  for (const auto& [epoch, report] : reports) {
    if (epoch != session_epoch_ || failure != AppendOutcome::kDurable) continue;
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
    const bool checkpoint_due = records_since_checkpoint_ >= parts_.options.checkpoint_every;
    if (applied.ok() && checkpoint_due) applied = SaveCheckpoint();
    for (InFlight& in_flight : settled) {
      if (!in_flight.scope.has_value()) continue;
      if (CaseEntry* entry = cases_.Find(*in_flight.scope); entry != nullptr) --entry->in_flight;
    }
    // The log has them, the store does not: nothing can be loaded any more.
    if (!applied.ok()) StepDown(PartitionStatus::Phase::kStopped, StoreFailure(applied));
    // Only now: they read the store.
    for (InFlight& in_flight : settled) TellWaiters(in_flight, /*durable=*/true);
    if (!applied.ok()) return;
    if (checkpoint_due && status_.phase == PartitionStatus::Phase::kServing) ForgetOldRequests();
  }
  if (failure == AppendOutcome::kUnknown && status_.phase == PartitionStatus::Phase::kServing) EnterDoubt();
  if (failure == AppendOutcome::kFenced || (failure == AppendOutcome::kUnknown && session_ != nullptr)) {
    StepDown(PartitionStatus::Phase::kFenced, NotOwnerStatus("Another node took over, or may."));
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
  SetPhase(PartitionStatus::Phase::kDoubt);
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
  if (status_.phase != PartitionStatus::Phase::kDoubt || claiming_) return;
  ClaimantInfo claimant = parts_.claimant;
  // If somebody else has claimed since, so be it.
  claimant.only_after = own_claims_;
  BeginClaim(std::move(claimant));
}

void Partition::FinishDoubt(const absl::Status& status, const std::map<uint64_t, std::string>& leaves) {
  const bool leaving = on_shutdown_ != nullptr || !on_released_.empty();
  if (absl::IsUnavailable(status) && !leaving) {
    const absl::Duration delay = kFirstRetry * (1 << std::min(failed_take_overs_++, kMostRetryDoublings));
    parts_.timer.At(parts_.clock.Now() + delay, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->PostTask([raw = self.get()] { raw->ResolveDoubt(); });
    });
    return;
  }
  SettleDoubt(leaves, status.ok());
  if (!status.ok()) StepDown(PhaseAfter(status), status);
}

void Partition::SettleDoubt(const std::map<uint64_t, std::string>& leaves, bool ours) {
  // Nothing is in flight any more when those who waited are told: they may append.
  std::deque<InFlight> pending = std::exchange(in_flight_, {});
  first_in_flight_ += pending.size();
  in_flight_requests_.clear();
  std::deque<PendingPtr> again;
  for (InFlight& in_flight : pending) {
    const ValidRecord& record = *in_flight.written.prepared.record();
    const auto found = leaves.find(record.idx);
    if (found != leaves.end() && found->second == record.leaf) {
      // Valid for ever, whoever owns the partition now.
      AnswerDurable(in_flight);
      TellWaiters(in_flight, /*durable=*/true);
      continue;
    }
    // The new claim ends the old one: what the fold has not delivered by now can never become valid.
    if (in_flight.command != nullptr && ours) {
      MutexLock lock(mutex_);
      ++waiting_commands_;
      again.push_back(std::move(in_flight.command));
    } else if (in_flight.command != nullptr) {
      Reply(*in_flight.command, UnknownFateStatus("Another node took over, or may."));
    }
    TellWaiters(in_flight, /*durable=*/false);
  }
  for (auto it = again.rbegin(); it != again.rend(); ++it) waiting_.push_front(std::move(*it));
}

void Partition::StepDown(PartitionStatus::Phase phase, const absl::Status& why) {
  SetPhase(phase);
  status_.stopped = why;
  session_.reset();
  ++session_epoch_;
  cases_.Clear();
  // Their fate is not known here; the same request id tells it at the next owner.
  const absl::Status unknown = UnknownFateStatus("What became of the command is not known yet.");
  std::deque<InFlight> pending = std::exchange(in_flight_, {});
  first_in_flight_ += pending.size();
  in_flight_requests_.clear();
  for (InFlight& in_flight : pending) {
    if (in_flight.command != nullptr) Reply(*in_flight.command, unknown);
    TellWaiters(in_flight, /*durable=*/false);
  }
  RefuseAll(unknown);
  if (import_callbacks_.on_rewind) import_callbacks_.on_rewind();
  const bool follow = phase == PartitionStatus::Phase::kFenced && !SIP_MUTANT(standby_not_resumed);
  if (parts_.standby != nullptr && follow) parts_.standby->Resume(partition_);
  for (Task& released : std::exchange(on_released_, {})) released();
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

void Partition::ForgetOldRequests() {
  // By the log's own time, which never goes back: what is forgotten is refused for its age from then on.
  const RequestMemory memory = MemoryOfRequestsAt(durable_->state().last_recorded_at);
  StreamStoreBatch batch;
  batch.forgotten_requests.push_back(
      RequestsToForget(parts_.store, partition_, remembered_from_, memory, kForgottenPerRecord * parts_.options.checkpoint_every));
  const uint64_t remembered_from = batch.forgotten_requests.front().remembered_from;
  if (std::exchange(remembered_from_, remembered_from) == remembered_from) return;
  if (const absl::Status applied = parts_.store.Apply(batch); !applied.ok()) {
    StepDown(PartitionStatus::Phase::kStopped, StoreFailure(applied));
  }
}

void Partition::FinishShutdownIfIdle() {
  if (!on_shutdown_ || !in_flight_.empty() || claiming_) return;
  // Without it the next start folds a little more. A store that could not write lacks what the fold has.
  if (status_.phase != PartitionStatus::Phase::kStopped || SIP_MUTANT(checkpoint_over_failed_store)) {
    if (const absl::Status saved = SaveCheckpoint(); !saved.ok()) status_.stopped = saved;
  }
  session_.reset();
  ++session_epoch_;
  if (status_.phase != PartitionStatus::Phase::kStopped) SetPhase(PartitionStatus::Phase::kFenced);
  shut_down_ = true;
  Task done = std::exchange(on_shutdown_, nullptr);
  done();
}

}  // namespace sip
