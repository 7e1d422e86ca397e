#include "libs/views/projection_runner.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace sip {

ProjectionRunner::ProjectionRunner(FoldInput input, ViewStore& store, ViewProgress& progress, Options options)
    : input_(std::move(input)), store_(store), progress_(progress), options_(options) {}

ProjectionRunner::~ProjectionRunner() { Stop(); }

absl::Status ProjectionRunner::Open() {
  SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheckpoint> checkpoints, store_.Checkpoints());
  for (EventLog* log : input_.logs) {
    const LogIdentity& identity = log->identity();
    std::vector<TailStart> starts(identity.partition_count);
    for (uint32_t partition = 0; partition < identity.partition_count; ++partition) starts[partition].partition = partition;
    for (const ViewCheckpoint& stored : checkpoints) {
      if (stored.log_name == identity.name && stored.partition < starts.size()) {
        starts[stored.partition].checkpoint = stored.checkpoint;
      }
    }
    for (const TailStart& start : starts) {
      const FoldState& fold = start.checkpoint.fold;
      if (fold.next_idx > 0) progress_.Advance(identity.log_id, start.partition, fold.next_idx, {fold.head});
    }
    SIP_ASSIGN_OR_RETURN(std::unique_ptr<LogTail> tail, log->Tail(std::move(starts)));
    readers_.push_back(Reader{log, std::move(tail), std::make_unique<Pause>()});
  }
  return absl::OkStatus();
}

void ProjectionRunner::CatchUp() {
  bool something = false;
  for (Reader& reader : readers_) {
    while (!reader.at_end) {
      const absl::StatusOr<bool> read = ReadOnce(reader, options_.idle_wait);
      if (!read.ok()) return progress_.Stop(read.status());
      something = something || *read;
    }
  }
  if (!something) return;
  if (const absl::Status flushed = store_.Flush(); !flushed.ok()) progress_.Stop(flushed);
}

void ProjectionRunner::Start() {
  for (Reader& reader : readers_) reader.thread = std::thread([this, &reader] { Work(reader); });
}

void ProjectionRunner::Hurry() {
  for (const Reader& reader : readers_) reader.pause->Cut();
}

void ProjectionRunner::Stop() {
  for (Reader& reader : readers_) {
    reader.tail->Cancel();
    reader.pause->End();
  }
  for (Reader& reader : readers_) {
    if (reader.thread.joinable()) reader.thread.join();
  }
}

absl::StatusOr<bool> ProjectionRunner::PollOnce() {
  bool something = false;
  for (Reader& reader : readers_) {
    absl::StatusOr<bool> read = ReadOnce(reader, absl::ZeroDuration());
    if (!read.ok()) {
      progress_.Stop(read.status());
      return read.status();
    }
    something = something || *read;
  }
  return something;
}

void ProjectionRunner::Work(Reader& reader) {
  while (progress_.status().ok()) {
    const absl::StatusOr<bool> read = ReadOnce(reader, options_.idle_wait);
    if (read.ok()) {
      if (*read) reader.pause->Take(options_.gather);
      continue;
    }
    if (!absl::IsCancelled(read.status())) progress_.Stop(read.status());
    return;
  }
}

absl::StatusOr<bool> ProjectionRunner::ReadOnce(Reader& reader, absl::Duration wait) {
  SIP_ASSIGN_OR_RETURN(const TailBatch batch, reader.tail->Read(options_.max_records, wait));
  if (!batch.progress.empty()) {
    std::vector<std::shared_ptr<const RecordedCommand>> records;
    records.reserve(batch.records.size());
    for (const ValidRecordPtr& record : batch.records) {
      SIP_ASSIGN_OR_RETURN(auto decoded, input_.codec.DecodeShared(*record, reader.log->identity().name));
      records.push_back(std::move(decoded));
    }
    SIP_RETURN_IF_ERROR(CommitBatch(*reader.log, batch, records));
    TellProgress(*reader.log, batch);
  }
  reader.at_end = batch.at_end;
  if (batch.at_end) progress_.ReachedEnd(reader.log->identity().log_id);
  return !batch.progress.empty();
}

absl::Status ProjectionRunner::CommitBatch(const EventLog& log, const TailBatch& batch,
                                           const std::vector<std::shared_ptr<const RecordedCommand>>& records) {
  std::vector<ViewCheckpoint> checkpoints;
  for (const TailBatch::Progress& progress : batch.progress) {
    checkpoints.push_back(ViewCheckpoint{log.identity().name, progress.partition, progress.checkpoint});
  }
  MutexLock lock(commit_mutex_);
  const std::unique_ptr<ViewTransaction> transaction = store_.Begin();
  for (const auto& record : records) {
    transaction->Concerns(Uuid::FromBytes(record->header.case_id()).value_or(Uuid()));
    input_.projection.Apply(*record, *transaction);
  }
  return store_.Commit(*transaction, checkpoints);
}

void ProjectionRunner::TellProgress(const EventLog& log, const TailBatch& batch) {
  for (const TailBatch::Progress& progress : batch.progress) {
    std::vector<std::string> leaves;
    for (const ValidRecordPtr& record : batch.records) {
      if (record->partition == progress.partition) leaves.push_back(record->leaf);
    }
    progress_.Advance(log.identity().log_id, progress.partition, progress.checkpoint.fold.next_idx, leaves);
  }
}

}  // namespace sip
