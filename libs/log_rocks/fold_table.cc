#include "libs/log_rocks/fold_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/checkpoint.h"
#include "libs/log_rocks/chunk.h"

namespace sip {
namespace {

// A damaged header must not make the table grow without bound.
constexpr uint32_t kMaxPartitions = 65'536;

}  // namespace

absl::StatusOr<Verdict> FoldTable::Step(uint16_t log, uint32_t partition, const RecordFacts& record, uint64_t chunk) {
  if (record.kind == RecordKind::kGenesis && log == logs_.size()) {
    SIP_RETURN_IF_ERROR(
        AddLog(log, {std::string(record.installation_id.begin(), record.installation_id.end()),
                     std::string(record.log_id.begin(), record.log_id.end()), record.log_name, record.partition_count}));
  }
  if (log >= logs_.size() || partition >= logs_[log].partitions.size()) {
    return absl::DataLossError(absl::StrCat("chunk ", chunk, " names log ", log, ", partition ", partition, ", which is not here"));
  }
  FoldEntry& entry = *logs_[log].partitions[partition];
  SIP_RETURN_IF_ERROR(entry.stopped);
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, entry.fold.Step(record));
  if (verdict == Verdict::kGenesis || verdict == Verdict::kValid) entry.head_cursor = chunk;
  return verdict;
}

absl::Status FoldTable::StepStored(uint16_t log, uint32_t partition, const RecordView& record, uint64_t chunk) {
  const absl::StatusOr<RecordFacts> facts = ParseRecord(record);
  absl::Status status = facts.ok() ? Step(log, partition, *facts, chunk).status() : facts.status();
  if (log >= logs_.size() || partition >= logs_[log].partitions.size()) return status;
  FoldEntry& entry = *logs_[log].partitions[partition];
  if (entry.stopped.ok()) entry.stopped = status;
  SetAllDurable(entry);
  return absl::OkStatus();
}

void FoldTable::SetAllDurable(FoldEntry& entry) {
  entry.durable_head = entry.fold.state().head;
  entry.durable_head_cursor = entry.head_cursor;
  entry.durable_next_idx = entry.fold.state().next_idx;
}

void FoldTable::SetDurable(const LiveChunk& chunk) {
  for (const std::vector<LiveRecord>& records : chunk.by_log) {
    for (const LiveRecord& record : records) {
      if (record.facts.kind != RecordKind::kCommand) continue;
      FoldEntry& entry = *logs_[record.log].partitions[record.partition];
      entry.durable_head.assign(record.facts.leaf.data(), record.facts.leaf.size());
      entry.durable_head_cursor = chunk.number;
      entry.durable_next_idx = record.facts.idx + 1;
    }
  }
}

std::optional<uint16_t> FoldTable::Find(absl::string_view name) const {
  for (size_t i = 0; i < logs_.size(); ++i) {
    if (logs_[i].identity.name == name) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

absl::Status FoldTable::AddLog(uint16_t log, const LogIdentity& identity) {
  if (identity.partition_count > kMaxPartitions || log != logs_.size()) {
    return absl::DataLossError(absl::StrCat("the Genesis of log ", log, " cannot be right"));
  }
  Log added{identity, {}};
  for (uint32_t p = 0; p < identity.partition_count; ++p) {
    added.partitions.push_back(std::make_unique<FoldEntry>(ExpectedLog{identity.log_id, p}));
  }
  logs_.push_back(std::move(added));
  return absl::OkStatus();
}

bool FoldTable::AnyStopped() const {
  return std::any_of(logs_.begin(), logs_.end(), [](const Log& log) {
    return std::any_of(log.partitions.begin(), log.partitions.end(),
                       [](const std::unique_ptr<FoldEntry>& entry) { return !entry->stopped.ok(); });
  });
}

void FoldTable::Save(log::v1::EmbeddedLogState& state) const {
  for (size_t log = 0; log < logs_.size(); ++log) {
    for (const std::unique_ptr<FoldEntry>& entry : logs_[log].partitions) {
      log::v1::EmbeddedPartitionState& saved = *state.add_partitions();
      saved.set_log_ordinal(static_cast<uint32_t>(log));
      *saved.mutable_checkpoint() = CheckpointToProto({state.next_chunk(), entry->head_cursor, entry->fold.state()});
    }
  }
}

absl::Status FoldTable::Restore(const log::v1::EmbeddedLogState& state) {
  logs_.clear();
  for (const log::v1::EmbeddedPartitionState& partition : state.partitions()) {
    absl::Status restored = RestorePartition(partition);
    if (restored.ok()) continue;
    logs_.clear();
    return restored;
  }
  for (const Log& log : logs_) {
    const bool whole = std::all_of(log.partitions.begin(), log.partitions.end(),
                                   [](const std::unique_ptr<FoldEntry>& entry) { return entry->fold.state().started; });
    if (whole) continue;
    logs_.clear();
    return absl::DataLossError("the stored state lacks a partition");
  }
  return absl::OkStatus();
}

absl::Status FoldTable::RestorePartition(const log::v1::EmbeddedPartitionState& partition) {
  SIP_ASSIGN_OR_RETURN(const ReaderCheckpoint checkpoint, CheckpointFromProto(partition.checkpoint()));
  const FoldState& fold = checkpoint.fold;
  const auto ordinal = static_cast<uint16_t>(partition.log_ordinal());
  if (!fold.started || fold.partition >= fold.partition_count) return absl::DataLossError("a stored state that never started");
  if (ordinal == logs_.size()) {
    SIP_RETURN_IF_ERROR(AddLog(ordinal, {fold.installation_id, fold.log_id, fold.log_name, fold.partition_count}));
  }
  if (ordinal >= logs_.size() || fold.partition >= logs_[ordinal].partitions.size() ||
      fold.log_id != logs_[ordinal].identity.log_id) {
    return absl::DataLossError("the stored state does not fit together");
  }
  auto entry = std::make_unique<FoldEntry>(ExpectedLog{fold.log_id, fold.partition}, fold);
  entry->head_cursor = checkpoint.head_cursor;
  SetAllDurable(*entry);
  logs_[ordinal].partitions[fold.partition] = std::move(entry);
  return absl::OkStatus();
}

void FoldTable::SaveAnchors(log::v1::AnchorFile& file) const {
  for (const Log& log : logs_) {
    uint32_t partition = 0;
    for (const std::unique_ptr<FoldEntry>& entry : log.partitions) {
      log::v1::Anchor& anchor = *file.add_anchors();
      anchor.set_log_id(log.identity.log_id);
      anchor.set_log_name(log.identity.name);
      anchor.set_partition(partition++);
      anchor.set_size(entry->durable_next_idx);
      anchor.set_head(entry->durable_head);
      anchor.set_head_cursor(entry->durable_head_cursor);
    }
  }
}

absl::Status FoldChunks(const RocksDatabase& database, uint64_t from, uint64_t until, FoldTable& table) {
  uint64_t next = from;
  absl::Status folded;
  SIP_RETURN_IF_ERROR(
      database.Scan({.start = ChunkKey(next), .sequential = true}, [&](absl::string_view key, absl::string_view value) {
        const absl::StatusOr<uint64_t> number = ChunkNumber(key);
        if (!number.ok() || *number != next || next == until) return false;
        folded = VisitChunk(
            next, value, [&](const ChunkEntry& entry) { return table.StepStored(entry.log, entry.partition, entry.record, next); });
        ++next;
        return folded.ok();
      }));
  SIP_RETURN_IF_ERROR(folded);
  return next == until ? absl::OkStatus() : absl::DataLossError(absl::StrCat("the log has lost chunk ", next));
}

}  // namespace sip
