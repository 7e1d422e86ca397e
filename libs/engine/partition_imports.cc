// Facts of other contexts, and the commands that wait for them.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/engine/not_owner.h"
#include "libs/engine/partition.h"
#include "libs/engine/store_failure.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

// When the log takes no records, imports try again after so long.
constexpr absl::Duration kPauseWhenRefused = absl::Milliseconds(100);

}  // namespace

absl::StatusOr<ImportBeginning> Partition::ImportStart(absl::string_view foreign_log_id) const {
  ImportBeginning beginning;
  {
    MutexLock lock(mutex_);
    beginning.epoch = import_epoch_;
  }
  SIP_ASSIGN_OR_RETURN(beginning.checkpoint, parts_.store.LoadForeignCheckpoint(partition_, foreign_log_id));
  return beginning;
}

void Partition::StopImports(absl::Status why) {
  PostTask([this, why = std::move(why)] {
    status_.imports = why;
    CheckParked();
  });
}

void Partition::PauseImports(const std::string& foreign_log_id, absl::Status why) {
  PostTask([this, foreign_log_id, why = std::move(why)] {
    if (why.ok()) {
      import_pauses_.erase(foreign_log_id);
    } else {
      import_pauses_[foreign_log_id] = why;
    }
  });
}

void Partition::HandleImports() {
  size_t turn = imports_paused_ ? 0 : parts_.options.imports_per_turn;
  while (turn-- > 0 && !import_queue_.empty()) {
    if (status_.phase != PartitionStatus::Phase::kServing || in_flight_.size() >= parts_.options.in_flight_limit) break;
    const ImportItem item = std::move(import_queue_.front());
    import_queue_.pop_front();
    {
      MutexLock lock(mutex_);
      --waiting_imports_;
      if (item.epoch != import_epoch_ && !SIP_MUTANT(import_offered_before_doubt)) continue;
    }
    if (!status_.imports.ok()) continue;
    if (item.record != nullptr && !Import(item)) {
      if (!SIP_MUTANT(import_dropped_when_full)) PutBack(item);
      break;
    }
    NoteForeignProgress(item);
  }
  CheckParked();
  if (import_room_wanted_ && import_queue_.size() < parts_.options.import_queue_limit / 2) {
    import_room_wanted_ = false;
    if (import_callbacks_.on_room) import_callbacks_.on_room();
  }
}

void Partition::PutBack(ImportItem item) {
  // An import is never dropped: it goes first once the log takes records again.
  import_queue_.push_front(std::move(item));
  imports_paused_ = true;
  {
    MutexLock lock(mutex_);
    ++waiting_imports_;
  }
  parts_.timer.At(parts_.clock.Now() + kPauseWhenRefused, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->PostTask([raw = self.get()] { raw->imports_paused_ = false; });
  });
}

bool Partition::Import(const ImportItem& item) {
  const RecordedCommand& foreign = *item.record;
  const auto imported = appended_->state().imported.find(item.foreign_log_id);
  if (imported != appended_->state().imported.end() && foreign.idx <= imported->second && !SIP_MUTANT(import_not_compared)) {
    if (foreign.idx == imported->second) CheckImportedLeaf(item);
    return true;
  }

  const std::shared_ptr<const RuleSetSource> rule_sets = parts_.rule_sets();
  DecisionContext context;
  context.now = NextRecordedAt(foreign.recorded_at);
  context.zone = parts_.zone;
  context.occurred_at = foreign.header->has_occurred_at() ? foreign.header->occurred_at() : OccurredAtInstant(foreign.recorded_at);
  context.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
  context.command_id = ImportCommandId(item.foreign_log_id, foreign.partition, foreign.idx);
  context.case_id = Uuid::FromBytes(foreign.header->case_id()).value_or(Uuid());
  context.id_seed = IdSeed(parts_.model.log_name(), context.case_id, "", context.command_id);
  context.rule_sets = rule_sets.get();
  context.agencies = &parts_.agencies;

  const absl::StatusOr<CaseEntry*> entry = Case(context.case_id);
  if (!entry.ok() || !(*entry)->blocked.ok()) {
    status_.imports = entry.ok() ? (*entry)->blocked : entry.status();
    return true;
  }
  const std::vector<NewEvent> events = parts_.model.React(*(*entry)->state, foreign, context);
  uint64_t& skipped = skipped_[item.foreign_log_id];
  if (events.empty() && ++skipped < parts_.options.skipped_imports_per_marker) return true;
  WriteInput input;
  input.context = &context;
  input.imported = &foreign;
  input.events = &events;
  PendingPtr no_command;
  const absl::Status appended = AppendRecord(context.case_id, **entry, std::move(input), no_command);
  if (absl::IsResourceExhausted(appended) || absl::IsUnavailable(appended)) return false;
  skipped = 0;
  if (!appended.ok()) status_.imports = appended;
  return true;
}

void Partition::CheckImportedLeaf(const ImportItem& item) {
  const absl::StatusOr<std::optional<ImportedTo>> known = parts_.store.LoadImportedTo(partition_, item.foreign_log_id);
  if (!known.ok() || !known->has_value() || (*known)->idx != item.record->idx) return;
  if ((*known)->leaf == item.record->leaf) return;
  status_.imports = absl::DataLossError(absl::StrCat("record ", item.record->idx, " of ", item.record->log_name, " partition ",
                                                     partition_, " is not the one that was imported; the log was replaced"));
}

void Partition::NoteForeignProgress(const ImportItem& item) {
  uint64_t& seen = seen_[item.foreign_log_id];
  seen = std::max(seen, item.record != nullptr ? item.record->idx + 1 : item.progress.fold.next_idx);
  if (item.record != nullptr) return;
  uint64_t& saved = saved_foreign_[item.foreign_log_id];
  if (item.progress.fold.next_idx < saved + parts_.options.foreign_checkpoint_every) return;
  saved = item.progress.fold.next_idx;
  if (in_flight_.empty() || SIP_MUTANT(foreign_checkpoint_early)) return SaveForeignCheckpoint(item.foreign_log_id, item.progress);
  WhenDurable(first_in_flight_ + in_flight_.size() - 1,
              [this, log_id = item.foreign_log_id, checkpoint = item.progress](bool durable) {
                if (durable) SaveForeignCheckpoint(log_id, checkpoint);
              });
}

void Partition::SaveForeignCheckpoint(const std::string& log_id, ReaderCheckpoint checkpoint) {
  if (status_.phase != PartitionStatus::Phase::kServing) return;
  StreamStoreBatch batch;
  batch.foreign_checkpoints.push_back({partition_, log_id, std::move(checkpoint)});
  if (absl::Status applied = parts_.store.Apply(batch); !applied.ok()) {
    StepDown(PartitionStatus::Phase::kStopped, StoreFailure(applied));
  }
}

bool Partition::MustWait(const CommandRequest& request) const {
  if (SIP_MUTANT(token_gate_open)) return false;
  return std::any_of(request.tokens.begin(), request.tokens.end(), [&](const ConsistencyToken& token) {
    const bool foreign = std::any_of(foreign_logs_.begin(), foreign_logs_.end(),
                                     [&](const ForeignLog& log) { return log.log->identity().log_id == token.log_id; });
    if (!foreign || token.partition != partition_) return false;
    const auto seen = seen_.find(token.log_id);
    return seen == seen_.end() || seen->second <= token.idx;
  });
}

void Partition::ParkCommand(PendingPtr command, bool fresh) {
  const std::vector<ConsistencyToken> tokens = command->request.tokens;
  const absl::Time deadline = command->request.deadline;
  Park(tokens, fresh, deadline, [this, command = std::move(command)](absl::Status outcome) mutable {
    if (!outcome.ok()) return Reply(*command, std::move(outcome));
    // Begins again at the mailbox's end, with the question whether the request is already answered.
    command->gates_passed_in = session_epoch_;
    waiting_.push_back(std::move(command));
    MutexLock lock(mutex_);
    ++waiting_commands_;
  });
}

void Partition::Park(const std::vector<ConsistencyToken>& tokens, bool fresh, absl::Time deadline,
                     absl::AnyInvocable<void(absl::Status)> release) {
  if (parked_.size() >= parts_.options.parked_limit) return release(RejectionStatus(Reason::REASON_OVERLOADED));
  Parked parked;
  parked.id = next_parked_id_++;
  for (const ConsistencyToken& token : tokens) {
    if (token.partition != partition_) continue;
    for (const ForeignLog& foreign : foreign_logs_) {
      if (foreign.log->identity().log_id != token.log_id) continue;
      uint64_t& needed = parked.needed[token.log_id];
      needed = std::max(needed, token.idx + 1);
    }
  }
  if (fresh) parked.ends_outstanding = static_cast<int>(foreign_logs_.size());
  parked.release = std::move(release);
  const uint64_t id = parked.id;
  parked_.push_back(std::move(parked));
  if (deadline != absl::InfiniteFuture()) {
    parts_.timer.At(deadline, [weak = weak_from_this(), id] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->PostTask([self = self.get(), id] {
        const auto it = std::find_if(self->parked_.begin(), self->parked_.end(), [&](const Parked& p) { return p.id == id; });
        if (it != self->parked_.end()) self->ReleaseParked(it, RejectionStatus(Reason::REASON_NOT_CAUGHT_UP));
      });
    });
  }
  if (fresh) AskForeignEnds(id);
  if (import_callbacks_.on_wanted) import_callbacks_.on_wanted();
  CheckParked();
}

void Partition::AwaitImport(ConsistencyToken token, absl::Time deadline,
                            absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)> done) {
  PostTask([this, token = std::move(token), deadline, done = std::move(done)]() mutable {
    if (status_.phase != PartitionStatus::Phase::kServing) return done(NotOwnerStatus("The partition is not served here."));
    Park({token}, /*fresh=*/false, deadline, [this, token, deadline, done = std::move(done)](absl::Status outcome) mutable {
      if (!outcome.ok()) return done(std::move(outcome));
      WhenDurable(first_in_flight_ + in_flight_.size() - 1, [this, token, deadline, done = std::move(done)](bool durable) mutable {
        if (durable) return done(DurableHead());
        AwaitImport(std::move(token), deadline, std::move(done));
      });
    });
  });
}

std::optional<ConsistencyToken> Partition::DurableHead() const {
  const FoldState& state = durable_->state();
  if (state.next_idx == 0) return std::nullopt;
  return ConsistencyToken{state.log_id, partition_, state.next_idx - 1, state.head.substr(0, kLeafPrefixBytes)};
}

void Partition::AskForeignEnds(uint64_t parked_id) {
  for (const ForeignLog& foreign : foreign_logs_) {
    const std::string log_id = foreign.log->identity().log_id;
    foreign.log->End(partition_, [weak = weak_from_this(), parked_id, log_id](absl::StatusOr<LogEnd> end) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->PostTask([self = self.get(), parked_id, log_id, end = std::move(end)] {
        const auto it =
            std::find_if(self->parked_.begin(), self->parked_.end(), [&](const Parked& p) { return p.id == parked_id; });
        if (it == self->parked_.end()) return;
        // No end, no disclosure.
        if (!end.ok()) return self->ReleaseParked(it, RejectionStatus(Reason::REASON_NOT_CAUGHT_UP));
        uint64_t& needed = it->needed[log_id];
        needed = std::max(needed, end->next_idx);
        --it->ends_outstanding;
        self->CheckParked();
      });
    });
  }
}

void Partition::CheckParked() {
  for (auto it = parked_.begin(); it != parked_.end();) {
    const auto current = it++;
    if (!status_.imports.ok()) {
      ReleaseParked(current, RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "Imports from another log stand still."));
      continue;
    }
    const bool reached = std::all_of(current->needed.begin(), current->needed.end(), [&](const auto& needed) {
      const auto seen = seen_.find(needed.first);
      return needed.second == 0 || (seen != seen_.end() && seen->second >= needed.second);
    });
    if (reached && current->ends_outstanding == 0) ReleaseParked(current, absl::OkStatus());
  }
}

void Partition::ReleaseParked(std::list<Parked>::iterator it, absl::Status outcome) {
  absl::AnyInvocable<void(absl::Status)> release = std::move(it->release);
  parked_.erase(it);
  release(std::move(outcome));
}

}  // namespace sip
