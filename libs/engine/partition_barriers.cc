// Being sure of the ownership: where another node can own the partition, only a record that became durable tells.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutant.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/engine/not_owner.h"
#include "libs/engine/partition.h"

namespace sip {

void Partition::Barrier(absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done) {
  // Nobody else can own it: a promise will do.
  if (!parts_.log.OthersCanOwn()) return PromiseWatermark(std::move(done));
  PostTask([this, done = std::move(done)]() mutable {
    if (status_.phase != PartitionStatus::Phase::kServing) return done(NotOwnerStatus("The partition is not served here."));
    barriers_.push_back({first_in_flight_ + in_flight_.size() - 1, [this, done = std::move(done)](bool durable) mutable {
                           if (!durable && !SIP_MUTANT(barrier_though_lost)) {
                             return done(NotOwnerStatus("The partition may have another owner."));
                           }
                           // Of the next owner nothing is known but that it records later than the last record.
                           done(Watermark{durable_->state().last_recorded_at, durable_->state().next_idx});
                         }});
  });
}

bool Partition::OwnedSince(absl::Time arrived) const {
  return SIP_MUTANT(barrier_left_out) || !parts_.log.OthersCanOwn() || owned_at_ >= arrived - parts_.options.barrier_interval;
}

absl::StatusOr<std::optional<uint64_t>> Partition::ProofFor(const CaseEntry& entry, absl::Time arrived) {
  if (OwnedSince(arrived)) return entry.in_flight == 0 ? std::nullopt : std::make_optional(entry.last_append);
  const bool proves = !in_flight_.empty() && in_flight_.back().sent_at >= arrived - parts_.options.barrier_interval;
  if (!proves) SIP_RETURN_IF_ERROR(AppendBarrier());
  return first_in_flight_ + in_flight_.size() - 1;
}

absl::Status Partition::AppendBarrier() {
  const FoldState& state = appended_->state();
  DecisionContext context;
  context.now = NextRecordedAt();
  context.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
  context.command_id = MakeUuidV8(Sha256Of({"sip-barrier/v1", *state.claim, absl::StrCat(state.next_idx)}));
  const std::vector<NewEvent> no_events;
  WriteInput input;
  input.context = &context;
  input.events = &no_events;
  absl::StatusOr<WrittenRecord> written = WriteRecord(input, {}, parts_.codec, *appended_);
  absl::Status sent = written.status();
  PendingPtr no_command;
  if (sent.ok()) sent = SendRecord(*std::move(written), std::nullopt, no_command);
  if (!sent.ok()) FoldInFlight();
  if (sent.ok()) ++status_.barriers;
  return sent;
}

void Partition::HandleBarriers() {
  if (barriers_.empty()) return;
  const bool serving = status_.phase == PartitionStatus::Phase::kServing;
  const uint64_t last = first_in_flight_ + in_flight_.size() - 1;
  const bool covered =
      std::all_of(barriers_.begin(), barriers_.end(), [&](const WaitingBarrier& barrier) { return barrier.behind < last; });
  const bool room = in_flight_.size() < parts_.options.in_flight_limit;
  if (serving && !covered && !room) return;  // A turn comes when something is durable.
  const bool appended = serving && (covered || AppendBarrier().ok());
  for (WaitingBarrier& barrier : std::exchange(barriers_, {})) {
    if (!appended) {
      barrier.waiter(/*durable=*/false);
    } else {
      WhenDurable(first_in_flight_ + in_flight_.size() - 1, std::move(barrier.waiter));
    }
  }
}

}  // namespace sip
