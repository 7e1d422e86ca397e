#include "libs/engine/record_writer.h"

#include <algorithm>
#include <utility>

#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

constexpr size_t kSaltBytes = 16;

log::v1::CommandHeader MakeHeader(const WriteInput& input, const std::vector<std::pair<StreamId, uint64_t>>& writes,
                                  const FoldState& fold) {
  const DecisionContext& context = *input.context;
  log::v1::CommandHeader header;
  header.set_log_id(fold.log_id);
  header.set_partition(fold.partition);
  header.set_idx(fold.next_idx);
  header.set_claim_id(*fold.claim);
  header.set_prev(fold.head);
  if (!context.case_id.IsNil()) header.set_case_id(context.case_id.ToBytes());
  for (const auto& [stream, version] : writes) {
    log::v1::StreamWrite& write = *header.add_writes();
    write.set_stream(stream.ToString());
    write.set_version(version);
  }
  header.set_command_id(context.command_id.ToBytes());
  *header.mutable_recorded_at() = ToProto(context.now);
  header.set_acting_agency(context.actor.agency_id());
  header.set_rule_set(input.rule_set.digest);
  header.add_key_ids(0);
  return header;
}

void AddOrigin(const WriteInput& input, log::v1::CommandHeader& header) {
  if (input.request != nullptr) {
    if (input.request->occurred_at.has_value()) *header.mutable_occurred_at() = *input.request->occurred_at;
    header.set_correlation_id(input.request->correlation_id);
    header.set_trace_id(input.request->trace_id);
    header.set_span_id(input.request->span_id);
  }
  if (input.imported != nullptr) {
    const RecordedCommand& foreign = *input.imported;
    log::v1::ImportedRecord outside;
    log::v1::ImportedRecord& imports = SIP_MUTANT(import_cursor_outside_record) ? outside : *header.mutable_imports();
    imports.set_log_id(foreign.header->log_id());
    imports.set_idx(foreign.idx);
    imports.set_leaf(foreign.leaf);
    log::v1::Causation& causation = *header.mutable_causation();
    causation.set_log_id(foreign.header->log_id());
    causation.set_partition(foreign.partition);
    causation.set_idx(foreign.idx);
    header.set_correlation_id(foreign.header->correlation_id());
    *header.mutable_occurred_at() = input.context->occurred_at;
  }
}

log::v1::DecisionRecord MakeDecisionRecord(const WriteInput& input) {
  log::v1::DecisionRecord decision;
  *decision.mutable_actor() = input.context->actor;
  decision.set_rule_set_id(input.rule_set.id);
  decision.set_agency_kind(input.agency_kind);
  decision.set_region(input.region);
  decision.set_id_seed(input.context->id_seed);
  if (input.request != nullptr && input.request->expected_stream_version.has_value()) {
    decision.set_expected_stream_version(*input.request->expected_stream_version);
  }
  return decision;
}

std::shared_ptr<const RecordedCommand> MakeDecoded(const WriteInput& input, const PreparedCommand& prepared,
                                                   const std::vector<std::pair<StreamId, uint64_t>>& writes,
                                                   log::v1::DecisionRecord decision, const std::string& log_name) {
  auto decoded = std::make_shared<RecordedCommand>();
  decoded->log_name = log_name;
  decoded->partition = prepared.record()->partition;
  decoded->idx = prepared.record()->idx;
  decoded->leaf = prepared.record()->leaf;
  decoded->header = prepared.record()->header.shared();
  decoded->recorded_at = input.context->now;
  decoded->decision = std::make_shared<const log::v1::DecisionRecord>(std::move(decision));
  if (input.request != nullptr) decoded->command = input.request->command;
  for (const NewEvent& event : *input.events) {
    const auto write = std::find_if(writes.begin(), writes.end(), [&](const auto& entry) { return entry.first == event.stream; });
    SIP_CHECK(write != writes.end());
    decoded->events.push_back(RecordedEvent{event.stream, write->second, event.event});
  }
  return decoded;
}

}  // namespace

std::vector<std::pair<StreamId, uint64_t>> StreamWrites(const WriteInput& input,
                                                        const absl::flat_hash_map<StreamId, uint64_t>& versions) {
  std::vector<std::pair<StreamId, uint64_t>> writes;
  const auto version_of = [&](const StreamId& stream) {
    const auto it = versions.find(stream);
    return it == versions.end() ? uint64_t{0} : it->second;
  };
  if (input.stream != nullptr) {
    writes.emplace_back(*input.stream,
                        version_of(*input.stream) + (input.events->empty() && !SIP_MUTANT(version_counts_no_ops) ? 0 : 1));
  }
  for (const NewEvent& event : *input.events) {
    const bool listed = std::any_of(writes.begin(), writes.end(), [&](const auto& entry) { return entry.first == event.stream; });
    if (!listed) writes.emplace_back(event.stream, version_of(event.stream) + 1);
  }
  return writes;
}

absl::StatusOr<WrittenRecord> WriteRecord(const WriteInput& input, const std::vector<std::pair<StreamId, uint64_t>>& writes,
                                          const Codec& codec, LogFold& fold) {
  log::v1::DecisionRecord decision = MakeDecisionRecord(input);
  const std::string salt = RandomBytes(kSaltBytes);
  PayloadInput payload;
  payload.command = input.request == nullptr ? nullptr : input.request->command.get();
  payload.decision = &decision;
  payload.events = input.events;
  for (const auto& [stream, version] : writes) payload.streams.push_back(stream);
  payload.acting_agency = input.imported == nullptr ? input.context->actor.agency_id() : input.imported->header->acting_agency();
  payload.salt = salt;

  SIP_ASSIGN_OR_RETURN(std::string payload_bytes, codec.EncodePayload(payload));
  log::v1::CommandHeader header = MakeHeader(input, writes, fold.state());
  AddOrigin(input, header);
  header.set_payload_sha256(Sha256(payload_bytes));
  absl::StatusOr<PreparedCommand> prepared = PreparedCommand::Make(header.SerializeAsString(), std::move(payload_bytes));
  SIP_CHECK(prepared.ok());
  const absl::StatusOr<Verdict> verdict = fold.Step(prepared->facts());
  SIP_CHECK(verdict.ok() && *verdict == Verdict::kValid);

  auto decoded = MakeDecoded(input, *prepared, writes, std::move(decision), fold.state().log_name);
  return WrittenRecord{*std::move(prepared), std::move(decoded)};
}

EventMeta MetaOf(const RecordedCommand& record, uint64_t stream_version) {
  EventMeta meta;
  meta.recorded_at = record.recorded_at;
  meta.occurred_at = record.header->has_occurred_at() ? record.header->occurred_at() : OccurredAtInstant(record.recorded_at);
  meta.acting_agency = record.header->acting_agency();
  meta.stream_version = stream_version;
  return meta;
}

}  // namespace sip
