// From a waiting command to a decision and its record.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/engine/case_loader.h"
#include "libs/engine/not_owner.h"
#include "libs/engine/partition.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/rules/v1/agency_directory.pb.h"

namespace sip {
namespace {

// The request within a command wrapper: what the client sent, without what the server put beside it (in a kind that holds the
// request in its field `request`).
const google::protobuf::Message* RequestOf(const google::protobuf::Message& wrapper) {
  const google::protobuf::Reflection& reflection = *wrapper.GetReflection();
  const google::protobuf::OneofDescriptor* oneof = wrapper.GetDescriptor()->oneof_decl(0);
  const google::protobuf::FieldDescriptor* field = reflection.GetOneofFieldDescriptor(wrapper, oneof);
  if (field == nullptr) return nullptr;
  const google::protobuf::Message& kind = reflection.GetMessage(wrapper, field);
  const google::protobuf::FieldDescriptor* request = kind.GetDescriptor()->FindFieldByName("request");
  if (request == nullptr || request->message_type() == nullptr || request->is_repeated()) return &kind;
  return &kind.GetReflection()->GetMessage(kind, request);
}

bool SameRequest(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  if (SIP_MUTANT(reused_id_answered)) return true;
  const google::protobuf::Message* first = RequestOf(a);
  const google::protobuf::Message* second = RequestOf(b);
  if (first == nullptr || second == nullptr || first->GetDescriptor() != second->GetDescriptor()) return false;
  return google::protobuf::util::MessageDifferencer::Equals(*first, *second);
}

}  // namespace

void Partition::HandleCommands() {
  // Retries that a handler queues come after what waits now.
  for (size_t left = waiting_.size(); left > 0 && !waiting_.empty(); --left) {
    if (status_.phase != PartitionStatus::Phase::kServing || in_flight_.size() >= parts_.options.in_flight_limit) return;
    PendingPtr command = std::move(waiting_.front());
    waiting_.pop_front();
    {
      MutexLock lock(mutex_);
      --waiting_commands_;
    }
    Handle(std::move(command));
  }
}

void Partition::Handle(PendingPtr command) {
  if (status_.phase != PartitionStatus::Phase::kServing) {
    // It waited for a record whose fate ended the serving: it is refused, or decided, with all others that wait.
    MutexLock lock(mutex_);
    ++waiting_commands_;
    return waiting_.push_back(std::move(command));
  }
  if (parts_.clock.Now() >= command->request.deadline) {
    return Reply(*command, RejectionStatus(Reason::REASON_DEADLINE_PASSED));
  }
  if (AnswerKnownRequest(command)) return;
  if (MemoryOfRequests().IsTooOld(command->request.request_id)) {
    return Reply(*command, RejectionStatus(Reason::REASON_REQUEST_ID_EXPIRED, "", "request_id"));
  }
  const bool passed =
      SIP_MUTANT(gates_kept_over_doubt) ? command->gates_passed_in != 0 : command->gates_passed_in == session_epoch_;
  const bool wants_fresh = command->request.fresh && !SIP_MUTANT(fresh_gate_open);
  if (!passed && (wants_fresh || MustWait(command->request))) {
    const bool fresh = command->request.fresh;
    return ParkCommand(std::move(command), fresh);
  }
  DecideCommand(std::move(command));
}

bool Partition::AnswerKnownRequest(PendingPtr& command) {
  if (const auto it = in_flight_requests_.find(command->request_key);
      it != in_flight_requests_.end() && !SIP_MUTANT(retry_not_joined)) {
    // Joins the one in flight: when that is durable it is found recorded, and if it fails this one is decided instead.
    auto shared = std::make_shared<PendingPtr>(std::move(command));
    WhenDurable(it->second, [this, shared](bool) { Handle(std::move(*shared)); });
    return true;
  }
  const absl::StatusOr<std::optional<RecordPlace>> place = parts_.store.FindRequest(command->request_key);
  if (!place.ok()) {
    Reply(*command, place.status());
    return true;
  }
  if (!place->has_value() || SIP_MUTANT(request_not_looked_up)) return false;
  if (SIP_MUTANT(answer_outside_log) && (*place)->idx < session_->claimed().fold.next_idx) return false;
  AnswerFromRecord(std::move(command), **place);
  return true;
}

RequestMemory Partition::MemoryOfRequestsAt(absl::Time now) const {
  const uint64_t next_idx = durable_->state().next_idx;
  const uint64_t positions = SIP_MUTANT(requests_forgotten_by_age_alone) ? 0 : parts_.options.idempotency_positions;
  return {now - parts_.options.idempotency_window, next_idx - std::min(next_idx, positions)};
}

RequestMemory Partition::MemoryOfRequests() const {
  // The clock may have been set back.
  return MemoryOfRequestsAt(std::max(parts_.clock.Now(), durable_->state().last_recorded_at));
}

void Partition::AnswerFromRecord(PendingPtr command, const RecordPlace& place) {
  const absl::StatusOr<ValidRecord> stored = parts_.store.ReadRecord(place);
  if (!stored.ok()) return Reply(*command, stored.status());
  absl::StatusOr<RecordedCommand> record = parts_.codec.Decode(*stored, parts_.model.log_name(), DecodeOptions{.command = true});
  if (!record.ok()) return Reply(*command, record.status());
  if (MemoryOfRequests().Forgets(record->recorded_at, place.idx) || record->command == nullptr) {
    return Reply(*command, RejectionStatus(Reason::REASON_REQUEST_ID_EXPIRED, "", "request_id"));
  }
  if (!SameRequest(*record->command, *command->request.command)) {
    return Reply(*command, RejectionStatus(Reason::REASON_REQUEST_ID_REUSED, "", "request_id"));
  }
  Reply(*command, AnswerOf(std::make_shared<const RecordedCommand>(*std::move(record))));
}

void Partition::DecideCommand(PendingPtr command) {
  const std::shared_ptr<const RuleSetSource> rule_sets = parts_.rule_sets();
  DecisionContext context = MakeContext(command->request, rule_sets);
  const Uuid scope = ScopeOf(command->request, context);
  const absl::StatusOr<CaseEntry*> loaded = Case(scope);
  if (!loaded.ok()) return Reply(*command, loaded.status());
  CaseEntry& entry = **loaded;
  if (!entry.blocked.ok()) {
    return Reply(*command, RejectionStatus(Reason::REASON_KIND_NEWER_THAN_SERVER, "", "", entry.blocked.message()));
  }
  if (command->gates_passed_in != session_epoch_ && !foreign_logs_.empty() && !parts_.model.KnowsCase(*entry.state)) {
    return ParkCommand(std::move(command), /*fresh=*/true);
  }
  const StreamId stream = parts_.model.StreamOf(*command->request.command, context);
  const auto version = entry.versions.find(stream);
  const uint64_t current = version == entry.versions.end() ? 0 : version->second;

  std::variant<Decided, Rejection> decided = parts_.model.Decide(*entry.state, *command->request.command, context);
  if (const Rejection* rejection = std::get_if<Rejection>(&decided)) {
    return RefuseAfter(entry, std::move(command), ToStatus(*rejection));
  }
  if (command->request.expected_stream_version.value_or(current) != current) {
    const std::string detail = absl::StrCat("Expected ", *command->request.expected_stream_version, ", now ", current, ".");
    return RefuseAfter(entry, std::move(command),
                       RejectionStatus(Reason::REASON_STREAM_VERSION_MOVED, "", "expected_stream_version", detail));
  }
  const Decided& accepted = std::get<Decided>(decided);
  if (SIP_MUTANT(no_op_without_record) && accepted.events.empty()) {
    return Reply(*command, AnswerOf(std::make_shared<const RecordedCommand>()));
  }
  WriteInput input;
  input.context = &context;
  input.request = &command->request;
  input.events = &accepted.events;
  input.stream = &accepted.stream;
  if (const rules::v1::Agency* agency = parts_.agencies.Find(context.actor.agency_id())) {
    input.region = agency->rule_set_owner();
    input.agency_kind = rules::v1::AgencyKind_Name(agency->kind());
  }
  if (absl::Status status = AppendRecord(scope, entry, std::move(input), command); !status.ok()) {
    Reply(*command, std::move(status));
  }
}

void Partition::RefuseAfter(const CaseEntry& entry, PendingPtr command, absl::Status refusal) {
  if (SIP_MUTANT(refusal_sent_early)) return Reply(*command, std::move(refusal));
  const absl::StatusOr<std::optional<uint64_t>> proof = ProofFor(entry, command->arrived);
  if (!proof.ok()) return Reply(*command, proof.status());
  if (!proof->has_value()) return Reply(*command, std::move(refusal));
  // The refusal depends on records in flight: it is only said once they are durable, and decided again if they fail, or if another
  // node may have written behind them before this one took over again.
  auto shared = std::make_shared<PendingPtr>(std::move(command));
  WhenDurable(**proof, [this, shared, epoch = session_epoch_, refusal = std::move(refusal)](bool durable) mutable {
    if ((durable && epoch == session_epoch_) || SIP_MUTANT(refusal_kept_over_doubt)) return Reply(**shared, std::move(refusal));
    Handle(std::move(*shared));
  });
}

void Partition::ReadStateSince(const Uuid& scope, absl::Time arrived,
                               absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read) {
  if (status_.phase != PartitionStatus::Phase::kServing) return read(NotOwnerStatus("The partition is not served here."));
  const absl::StatusOr<CaseEntry*> entry = Case(scope);
  if (!entry.ok()) return read(entry.status());
  const absl::StatusOr<std::optional<uint64_t>> proof = ProofFor(**entry, arrived);
  if (!proof.ok()) return read(proof.status());
  if (!proof->has_value() || SIP_MUTANT(read_of_what_is_in_flight)) return read((*entry)->state.get());
  // What is speculative must not leak: read again once it is durable, or gone.
  WhenDurable(**proof, [this, scope, arrived, read = std::move(read)](bool) mutable {
    PostTask([this, scope, arrived, read = std::move(read)]() mutable { ReadStateSince(scope, arrived, std::move(read)); });
  });
}

absl::Time Partition::NextRecordedAt(absl::Time not_before) const {
  if (SIP_MUTANT(recorded_at_is_the_clock)) return parts_.clock.Now();
  const absl::Time promised = SIP_MUTANT(watermark_not_kept) ? absl::InfinitePast() : promised_;
  const absl::Time now = std::max({parts_.clock.Now(), not_before, appended_->state().last_recorded_at + absl::Microseconds(1),
                                   promised + absl::Microseconds(1)});
  return absl::FromUnixMicros(absl::ToUnixMicros(now + absl::Nanoseconds(999)));
}

DecisionContext Partition::MakeContext(const CommandRequest& request, const std::shared_ptr<const RuleSetSource>& rule_sets) const {
  DecisionContext context;
  context.now = NextRecordedAt();
  context.zone = parts_.zone;
  context.occurred_at = request.occurred_at.value_or(OccurredAtInstant(context.now));
  context.actor = request.actor;
  context.command_id = request.request_id;
  context.case_id = request.case_id;
  context.id_seed = IdSeed(parts_.model.log_name(), request.case_id, request.actor.agency_id(), request.request_id);
  context.rule_sets = rule_sets.get();
  context.agencies = &parts_.agencies;
  return context;
}

Uuid Partition::ScopeOf(const CommandRequest& request, const DecisionContext& context) const {
  return request.case_id.IsNil() ? parts_.model.StreamOf(*request.command, context).id : request.case_id;
}

absl::StatusOr<CaseEntry*> Partition::Case(const Uuid& scope) {
  if (CaseEntry* entry = cases_.Find(scope); entry != nullptr) return entry;
  SIP_ASSIGN_OR_RETURN(CaseEntry loaded, LoadCase(parts_.model, parts_.codec, parts_.store, partition_, scope));
  return cases_.Put(scope, std::move(loaded));
}

absl::Status Partition::AppendRecord(const Uuid& scope, CaseEntry& entry, WriteInput input, PendingPtr& command) {
  // Whatever is in flight needs the entry as it is, should this record not be sent; else it can be loaded again.
  std::unique_ptr<CaseState> before = entry.in_flight > 0 ? entry.state->Clone() : nullptr;
  absl::flat_hash_map<StreamId, uint64_t> versions_before;
  if (before != nullptr) versions_before = entry.versions;
  const auto writes = StreamWrites(input, entry.versions);
  EventMeta meta{input.context->now, input.context->occurred_at, input.context->actor.agency_id(), 0};
  for (const auto& [stream, version] : writes) {
    meta.stream_version = version;
    for (const NewEvent& event : *input.events) {
      if (event.stream == stream) parts_.model.Evolve(*entry.state, stream, *event.event, meta);
    }
    entry.versions[stream] = version;
  }
  input.rule_set = parts_.model.PinnedRuleSet(*entry.state, writes.empty() ? StreamId{"case", scope} : writes.front().first);
  absl::StatusOr<WrittenRecord> written = WriteRecord(input, writes, parts_.codec, *appended_);
  absl::Status sent = written.status();
  if (sent.ok()) {
    const std::string& leaf = written->prepared.record()->leaf;
    for (const NewEvent& event : *input.events) parts_.model.NoteLeaf(*entry.state, event.stream, *event.event, leaf);
    sent = SendRecord(*std::move(written), scope, command);
  }
  if (sent.ok()) {
    ++entry.in_flight;
    entry.last_append = first_in_flight_ + in_flight_.size() - 1;
    return absl::OkStatus();
  }
  if (!SIP_MUTANT(refused_append_kept_in_fold)) FoldInFlight();
  if (SIP_MUTANT(refused_append_kept_in_state)) return sent;
  if (before == nullptr) {
    cases_.Drop(scope);
  } else {
    entry.state = std::move(before);
    entry.versions = std::move(versions_before);
  }
  return sent;
}

void Partition::FoldInFlight() {
  appended_ = *durable_;
  for (const InFlight& in_flight : in_flight_) {
    SIP_CHECK(appended_->Step(in_flight.written.prepared.facts()).value() == Verdict::kValid);
  }
}

absl::Status Partition::SendRecord(WrittenRecord written, std::optional<Uuid> scope, PendingPtr& command) {
  const PreparedCommand prepared = written.prepared;
  // The entry stands before the report can: some logs report at once.
  in_flight_.push_back(InFlight{std::move(written), scope, parts_.clock.Now(), nullptr, {}});
  absl::Status sent = session_->Append(prepared, [weak = weak_from_this(), epoch = session_epoch_](AppendReport report) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    MutexLock lock(self->mutex_);
    self->inbox_.reports.emplace_back(epoch, report);
    self->Schedule();
  });
  if (!sent.ok()) {
    in_flight_.pop_back();
    // The session is over, and the report that says so has not been seen here yet.
    const bool over = (absl::IsAborted(sent) || absl::IsUnavailable(sent)) && !RejectionOf(sent).has_value();
    return over ? NotOwnerStatus("Another node took over, or may.") : sent;
  }
  if (SIP_MUTANT(acknowledged_when_sent) && command != nullptr) {
    Reply(*command, AnswerOf(in_flight_.back().written.decoded));
    command = nullptr;
  }
  if (command != nullptr) in_flight_requests_[command->request_key] = first_in_flight_ + in_flight_.size() - 1;
  in_flight_.back().command = std::move(command);
  return absl::OkStatus();
}

void Partition::WhenDurable(uint64_t append, absl::AnyInvocable<void(bool)> waiter) {
  if (append < first_in_flight_) return waiter(true);
  SIP_CHECK(append - first_in_flight_ < in_flight_.size());
  in_flight_[append - first_in_flight_].waiters.push_back(std::move(waiter));
}

CommandAnswer Partition::AnswerOf(std::shared_ptr<const RecordedCommand> record) const {
  CommandAnswer answer;
  answer.stream_version = record->header->writes().empty() ? 0 : record->header->writes(0).version();
  answer.token =
      ConsistencyToken{record->header->log_id(), record->partition, record->idx, record->leaf.substr(0, kLeafPrefixBytes)};
  answer.record = std::move(record);
  return answer;
}

void Partition::Reply(Pending& command, absl::StatusOr<CommandAnswer> answer) {
  ++(answer.ok() ? status_.acknowledged : status_.rejected);
  command.done(std::move(answer));
}

}  // namespace sip
