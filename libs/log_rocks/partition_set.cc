#include "libs/log_rocks/partition_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

// Beyond this many chunks, read ahead.
constexpr uint64_t kLongScan = 256;

}  // namespace

absl::Status PartitionSet::Add(uint16_t log, const ExpectedLog& expected, const ReaderCheckpoint& from) {
  next_ = members_.empty() ? from.cursor : std::min(next_, from.cursor);
  if (index_.size() <= log) index_.resize(size_t{log} + 1);
  if (index_[log].size() <= expected.partition) index_[log].resize(size_t{expected.partition} + 1, -1);
  if (index_[log][expected.partition] >= 0) {
    return absl::InvalidArgumentError(absl::StrCat("partition ", expected.partition, " is named twice"));
  }
  index_[log][expected.partition] = static_cast<int>(members_.size());
  members_.push_back({from.cursor, PartitionReader(expected, from), false});
  return absl::OkStatus();
}

PartitionSet::Member* PartitionSet::Find(uint16_t log, uint32_t partition, uint64_t chunk) {
  if (log >= index_.size() || partition >= index_[log].size() || index_[log][partition] < 0) return nullptr;
  Member& member = members_[static_cast<size_t>(index_[log][partition])];
  return chunk < member.start ? nullptr : &member;
}

void PartitionSet::Touch(Member& member) {
  if (!std::exchange(member.touched, true)) touched_.push_back(NumberOf(member));
}

absl::Status PartitionSet::ReadLive(const LiveChunk& chunk, Deliver deliver) {
  for (size_t log = 0; log < std::min(chunk.by_log.size(), index_.size()); ++log) {
    if (index_[log].empty()) continue;
    for (const LiveRecord& record : chunk.by_log[log]) {
      Member* member = Find(record.log, record.partition, chunk.number);
      if (member == nullptr) continue;
      SIP_ASSIGN_OR_RETURN(const bool valid, member->reader.Read(chunk.number, record.facts));
      Touch(*member);
      if (valid) SIP_RETURN_IF_ERROR(deliver(NumberOf(*member), record.command));
    }
  }
  next_ = chunk.number + 1;
  return absl::OkStatus();
}

absl::Status PartitionSet::ReadStored(uint64_t number, absl::string_view value, Deliver deliver) {
  SIP_RETURN_IF_ERROR(VisitChunk(number, value, [&](const ChunkEntry& entry) -> absl::Status {
    Member* member = Find(entry.log, entry.partition, number);
    if (member == nullptr) return absl::OkStatus();
    SIP_ASSIGN_OR_RETURN(ValidRecordPtr valid, member->reader.Read(number, entry.record));
    Touch(*member);
    return valid == nullptr ? absl::OkStatus() : deliver(NumberOf(*member), std::move(valid));
  }));
  next_ = number + 1;
  return absl::OkStatus();
}

absl::Status PartitionSet::ReadOn(const ChunkSource& source, uint64_t until, absl::FunctionRef<bool()> enough, Deliver deliver) {
  while (next_ < until && !enough()) {
    if (const auto live = source.window->Find(next_)) {
      SIP_RETURN_IF_ERROR(ReadLive(*live, deliver));
      continue;
    }
    const uint64_t before = next_;
    absl::Status read;
    SIP_RETURN_IF_ERROR(source.database->Scan({.start = ChunkKey(next_), .sequential = until - next_ > kLongScan},
                                              [&](absl::string_view key, absl::string_view value) {
                                                const absl::StatusOr<uint64_t> number = ChunkNumber(key);
                                                if (!number.ok() || *number != next_) return false;
                                                read = ReadStored(*number, value, deliver);
                                                return read.ok() && next_ < until && !enough();
                                              }));
    SIP_RETURN_IF_ERROR(read);
    if (next_ == before) return absl::DataLossError(absl::StrCat("the log has lost chunk ", next_));
  }
  return absl::OkStatus();
}

ReaderCheckpoint PartitionSet::CheckpointOf(size_t member) {
  members_[member].reader.AdvanceTo(next_);
  return members_[member].reader.checkpoint();
}

std::vector<size_t> PartitionSet::TakeTouched() {
  for (const size_t member : touched_) members_[member].touched = false;
  return std::exchange(touched_, {});
}

absl::Status CheckHistory(const ChunkSource& source, uint16_t log, uint32_t partition, const std::string& log_id,
                          const ReaderCheckpoint& from) {
  if (!from.fold.started && from.cursor == 0) return absl::OkStatus();
  const std::string where = absl::StrCat(from.fold.log_name, ", partition ", partition);
  if (from.fold.log_id != log_id || from.fold.partition != partition) {
    return absl::DataLossError(absl::StrCat(where, ": the checkpoint is of another log"));
  }
  const uint64_t end = source.window->end();
  if (from.cursor > end || from.head_cursor >= end) {
    return absl::DataLossError(absl::StrCat(where, ": the log is shorter than what was read: it ends at chunk ", end));
  }
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, source.database->Get(ChunkKey(from.head_cursor)));
  if (!value.has_value()) return absl::DataLossError(absl::StrCat(where, ": the log has lost chunk ", from.head_cursor));
  bool found = false;
  SIP_RETURN_IF_ERROR(VisitChunk(from.head_cursor, *value, [&](const ChunkEntry& entry) {
    const bool here = entry.log == log && entry.partition == partition;
    found = found || (here && CheckIsHead(from, entry.record).ok());
    return absl::OkStatus();
  }));
  if (found) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(where, ": the command before ", from.fold.next_idx, " is not the one that was read: this is another history"));
}

}  // namespace sip
