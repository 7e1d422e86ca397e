#include "libs/log_rocks/chunk_writer.h"

#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<std::unique_ptr<ChunkWriter>> ChunkWriter::Open(const std::string& path, size_t chunk_bytes) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  auto writer = std::unique_ptr<ChunkWriter>(new ChunkWriter(chunk_bytes));
  SIP_ASSIGN_OR_RETURN(writer->database_, RocksDatabase::Open({.path = path + "/chunks", .only_copy = true}));
  SIP_ASSIGN_OR_RETURN(const auto last, writer->database_->LastUpTo(ChunkKey(std::numeric_limits<uint64_t>::max())));
  if (!last.has_value()) return writer;
  SIP_ASSIGN_OR_RETURN(const uint64_t last_number, ChunkNumber(last->first));
  writer->next_chunk_ = last_number + 1;
  SIP_RETURN_IF_ERROR(FoldChunks(*writer->database_, 0, writer->next_chunk_, writer->table_));
  if (writer->table_.AnyStopped()) {
    return absl::DataLossError(absl::StrCat("the log in ", path, " has partitions that are stopped"));
  }
  return writer;
}

absl::StatusOr<uint16_t> ChunkWriter::OrdinalOf(const std::string& log, const RecordView& record) const {
  if (const std::optional<uint16_t> found = table_.Find(log)) return *found;
  if (record.kind != RecordKind::kGenesis) {
    return absl::FailedPreconditionError(absl::StrCat(log, " does not begin with its Genesis"));
  }
  return static_cast<uint16_t>(table_.size());
}

bool ChunkWriter::AllStarted() const {
  for (size_t log = 0; log < table_.size(); ++log) {
    for (uint32_t p = 0; p < table_.identity(log).partition_count; ++p) {
      if (!table_.entry(log, p).fold.state().started) return false;
    }
  }
  return true;
}

absl::Status ChunkWriter::Append(const std::string& log, uint32_t partition, const RecordView& record) {
  SIP_ASSIGN_OR_RETURN(const uint16_t ordinal, OrdinalOf(log, record));
  // Genesis records that follow each other stay in one chunk.
  if (record.kind != RecordKind::kGenesis) {
    if (!all_started_) {
      return absl::FailedPreconditionError(absl::StrCat("a record of ", log, " comes before the Genesis of all partitions"));
    }
    if (waiting_bytes_ >= chunk_bytes_) SIP_RETURN_IF_ERROR(Sync());
  }
  SIP_ASSIGN_OR_RETURN(const RecordFacts facts, ParseRecord(record));
  SIP_RETURN_IF_ERROR(table_.Step(ordinal, partition, facts, next_chunk_).status());
  builder_.Add(ordinal, partition, record);
  waiting_bytes_ += FrameSize(record);
  if (record.kind == RecordKind::kGenesis) all_started_ = AllStarted();
  return absl::OkStatus();
}

absl::Status ChunkWriter::Sync() {
  if (builder_.empty()) return absl::OkStatus();
  if (!all_started_) return absl::FailedPreconditionError("a log lacks the Genesis of a partition");
  RocksBatch batch;
  batch.Put(ChunkKey(next_chunk_), builder_.Finish(next_chunk_));
  SIP_RETURN_IF_ERROR(database_->Write(batch, Durability::kSynced));
  ++next_chunk_;
  waiting_bytes_ = 0;
  return absl::OkStatus();
}

}  // namespace sip
