#include "libs/views/projection_runner.h"

#include <utility>

#include "libs/base/backoff.h"
#include "libs/base/status_macros.h"

namespace sip {

ProjectionRunner::ProjectionRunner(FoldInput input, ViewStore& store, ViewProgress& progress, Options options)
    : input_(std::move(input)), store_(store), progress_(progress), options_(options) {}

ProjectionRunner::~ProjectionRunner() { Stop(); }

absl::Status ProjectionRunner::Open() {
  for (EventLog* log : input_.logs) {
    Reader& reader = readers_.emplace_back(Reader{log, nullptr, std::make_unique<Pause>(), std::make_unique<Pause>()});
    reader.known_until = std::make_unique<KnownUntil>(log->identity().partition_count);
    SIP_RETURN_IF_ERROR(EnsureTail(reader).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TailStart>> ProjectionRunner::StoredStarts(const LogIdentity& identity) {
  std::vector<TailStart> starts(identity.partition_count);
  for (uint32_t partition = 0; partition < identity.partition_count; ++partition) starts[partition].partition = partition;
  MutexLock lock(commit_mutex_);
  SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheckpoint> checkpoints, store_.Checkpoints());
  for (const ViewCheckpoint& stored : checkpoints) {
    if (stored.log_name == identity.name && stored.partition < starts.size()) {
      starts[stored.partition].checkpoint = stored.checkpoint;
    }
  }
  return starts;
}

absl::StatusOr<std::shared_ptr<LogTail>> ProjectionRunner::EnsureTail(Reader& reader) {
  {
    MutexLock lock(tails_mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    if (reader.tail != nullptr) return reader.tail;
  }
  const LogIdentity& identity = reader.log->identity();
  SIP_ASSIGN_OR_RETURN(std::vector<TailStart> starts, StoredStarts(identity));
  for (const TailStart& start : starts) {
    const FoldState& fold = start.checkpoint.fold;
    if (fold.next_idx > 0) progress_.Advance(identity.log_id, start.partition, fold.next_idx, {fold.head});
  }
  reader.known_until->Begin(starts);
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<LogTail> tail, reader.log->Tail(std::move(starts)));
  MutexLock lock(tails_mutex_);
  if (stopping_) return absl::CancelledError("stopping");
  reader.tail = tail;
  return tail;
}

void ProjectionRunner::CatchUp() {
  bool something = false;
  for (Reader& reader : readers_) {
    while (!reader.at_end) {
      const absl::StatusOr<bool> read = ReadOnce(reader, options_.idle_wait);
      // What is away now is read later.
      if (!read.ok()) return;
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
  {
    MutexLock lock(tails_mutex_);
    stopping_ = true;
    for (const Reader& reader : readers_) {
      if (reader.tail != nullptr) reader.tail->Cancel();
    }
  }
  for (const Reader& reader : readers_) {
    reader.pause->End();
    reader.before_retry->End();
  }
  for (Reader& reader : readers_) {
    if (reader.thread.joinable()) reader.thread.join();
  }
}

absl::StatusOr<bool> ProjectionRunner::PollOnce() {
  bool something = false;
  for (Reader& reader : readers_) {
    SIP_ASSIGN_OR_RETURN(const bool read, ReadOnce(reader, absl::ZeroDuration()));
    something = something || read;
  }
  return something;
}

void ProjectionRunner::Work(Reader& reader) {
  Backoff backoff;
  while (!progress_.stopped()) {
    const absl::StatusOr<bool> read = ReadOnce(reader, options_.idle_wait);
    if (read.ok()) {
      backoff.Reset();
      if (*read) reader.pause->Take(options_.gather);
    } else if (absl::IsUnavailable(read.status())) {
      reader.before_retry->Take(backoff.Next());
    } else {
      return;
    }
  }
}

absl::StatusOr<bool> ProjectionRunner::ReadOnce(Reader& reader, absl::Duration wait) {
  absl::StatusOr<bool> read = ReadAndCommit(reader, wait);
  if (absl::IsUnavailable(read.status())) {
    std::shared_ptr<LogTail> dropped;
    {
      MutexLock lock(tails_mutex_);
      dropped.swap(reader.tail);
    }
    progress_.PauseLog(reader.log->identity().log_id, read.status());
  } else if (!read.ok() && !absl::IsCancelled(read.status())) {
    progress_.Stop(read.status());
  }
  return read;
}

absl::StatusOr<bool> ProjectionRunner::ReadAndCommit(Reader& reader, absl::Duration wait) {
  SIP_ASSIGN_OR_RETURN(const std::shared_ptr<LogTail> tail, EnsureTail(reader));
  SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(options_.max_records, wait));
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
  progress_.PauseLog(reader.log->identity().log_id, absl::OkStatus());
  reader.known_until->Note(ReachOf(batch));
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
    transaction->Concerns(Uuid::FromBytes(record->header->case_id()).value_or(Uuid()));
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

std::map<std::string, absl::Time> ProjectionRunner::KnownUntilOfLogs() const {
  std::map<std::string, absl::Time> times;
  for (const Reader& reader : readers_) times[reader.log->identity().name] = reader.known_until->OfAllRead();
  return times;
}

}  // namespace sip
