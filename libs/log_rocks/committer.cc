#include "libs/log_rocks/committer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/log_rocks/chunk.h"

namespace sip {
namespace {

absl::string_view View(const RecordFacts::Id& id) { return {id.data(), id.size()}; }

}  // namespace

struct Committer::ClaimGroup {
  // Guarded by the committer's mutex.
  bool done = false;
  absl::StatusOr<Claims> result = Claims();
};

struct Committer::Commit {
  // As many reports alike, in a row, of one session.
  struct Run {
    std::shared_ptr<SessionCore> core;
    AppendOutcome outcome = AppendOutcome::kUnknown;
    size_t count = 0;
  };
  uint64_t number = 0;
  ChunkBuilder builder;
  std::shared_ptr<LiveChunk> chunk = std::make_shared<LiveChunk>();
  std::vector<Run> runs;
  std::vector<std::shared_ptr<ClaimGroup>> claims;
  size_t bytes = 0;  // Of its appends.
  size_t records = 0;
  std::optional<log::v1::EmbeddedLogState> state;

  void Take(LiveRecord record) {
    builder.Add(record.log, record.partition, record.view());
    chunk->bytes += FrameSize(record.view()) + sizeof(LiveRecord);
    if (chunk->by_log.size() <= record.log) chunk->by_log.resize(size_t{record.log} + 1);
    chunk->by_log[record.log].push_back(std::move(record));
  }
  void Tell(const std::shared_ptr<SessionCore>& core, AppendOutcome outcome, size_t record_bytes) {
    if (runs.empty() || runs.back().core != core || runs.back().outcome != outcome) runs.push_back({core, outcome, 0});
    ++runs.back().count;
    ++records;
    bytes += record_bytes;
  }
};

Committer::Committer(RocksDatabase& database, FoldTable& table, LiveWindow& window, Options options)
    : database_(database), table_(table), window_(window), options_(std::move(options)), next_number_(window.end()) {}

Committer::~Committer() { Stop(); }

void Committer::Start() {
  reserve_reached_ = !CheckDisk().ok();
  thread_ = std::thread([this] { Run(); });
}

void Committer::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status Committer::CheckDisk() const {
  if (options_.disk_reserve_bytes == 0) return absl::OkStatus();
  const absl::StatusOr<uint64_t> free = options_.free_bytes();
  // Not knowing is no reason to stop: the append itself will tell.
  if (!free.ok() || *free >= options_.disk_reserve_bytes) return absl::OkStatus();
  return RejectionStatus(Reason::REASON_DISK_RESERVE_REACHED, "", "",
                         absl::StrCat(*free, " bytes are free, ", options_.disk_reserve_bytes, " are kept in reserve."));
}

void Committer::CheckDiskNowAndThen() {
  if (options_.disk_reserve_bytes == 0) return;
  const absl::Time now = SystemClock().Now();
  const bool clock_set_back = now < disk_checked_at_;
  if (!clock_set_back && now < disk_checked_at_ + options_.disk_check_interval) return;
  disk_checked_at_ = now;
  reserve_reached_ = !CheckDisk().ok();
}

absl::Status Committer::CheckTaken() const {
  SIP_RETURN_IF_ERROR(failed_);
  return stopping_ ? absl::UnavailableError("the log is closed") : absl::OkStatus();
}

absl::Status Committer::Append(const std::shared_ptr<SessionCore>& core, LiveRecord record, WriteAt when, LogSession::Done done) {
  if (reserve_reached_) {
    SIP_RETURN_IF_ERROR(CheckDisk());
    reserve_reached_ = false;
  }
  const size_t bytes = FrameSize(record.view());
  MutexLock lock(mutex_);
  SIP_RETURN_IF_ERROR(CheckTaken());
  if (queued_records_ >= options_.queue_records || (queued_records_ > 0 && queued_bytes_ + bytes > options_.queue_bytes)) {
    return RejectionStatus(Reason::REASON_OVERLOADED);
  }
  Commit& commit = OpenCommit(when);
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, Judge(record, commit));
  const bool valid = verdict == Verdict::kValid;
  if (valid) {
    commit.Take(std::move(record));
  } else {
    core->state = SessionCore::State::kFenced;
  }
  core->callbacks.Add(std::move(done));
  commit.Tell(core, valid ? AppendOutcome::kDurable : AppendOutcome::kFenced, bytes);
  ++queued_records_;
  queued_bytes_ += bytes;
  return absl::OkStatus();
}

// Valid or stale; INTERNAL for anything else, which must not get into the log nor into the fold.
absl::StatusOr<Verdict> Committer::Judge(const LiveRecord& record, const Commit& commit) {
  const FoldState& state = table_.entry(record.log, record.partition).fold.state();
  if (state.claim == View(record.facts.claim_id) && record.facts.idx != state.next_idx) {
    return absl::InternalError(absl::StrCat("a command at ", record.facts.idx, " where ", state.next_idx, " is next"));
  }
  absl::StatusOr<Verdict> verdict = table_.Step(record.log, record.partition, record.facts, commit.number);
  if (!verdict.ok()) return absl::InternalError(verdict.status().message());
  if (*verdict != Verdict::kValid && *verdict != Verdict::kVoidStale) return absl::InternalError("not the next valid command");
  return verdict;
}

absl::StatusOr<Committer::Claims> Committer::CommitClaims(std::vector<LiveRecord> claims) {
  auto group = std::make_shared<ClaimGroup>();
  MutexLock lock(mutex_);
  // No use in trying again: whoever claims must stop, and answer those who wait.
  if (!failed_.ok()) return absl::FailedPreconditionError(absl::StrCat("the log must be opened again: ", failed_.message()));
  SIP_RETURN_IF_ERROR(CheckTaken());
  Commit& commit = OpenCommit(WriteAt::kOnce);
  group->result->chunk = commit.number;
  for (LiveRecord& record : claims) {
    // A claim that lost is not written: nobody but its node has seen it.
    const FoldState& state = table_.entry(record.log, record.partition).fold.state();
    const bool wins = View(record.facts.supersedes) == state.last_claim;
    group->result->won.push_back(wins);
    if (!wins) continue;
    SIP_CHECK(table_.Step(record.log, record.partition, record.facts, commit.number).value() == Verdict::kClaim);
    commit.Take(std::move(record));
  }
  commit.claims.push_back(group);
  while (!group->done) changed_.Wait(mutex_);
  return group->result;
}

absl::Status Committer::health() const {
  MutexLock lock(mutex_);
  return failed_;
}

void Committer::Flush(bool here) {
  mutex_.Lock();
  // Whoever is writing goes on with what waits.
  const bool to_do = !waiting_.empty() && !writing_;
  if (!to_do || !here) {
    if (to_do) changed_.NotifyAll();
    return mutex_.Unlock();
  }
  std::unique_ptr<Commit> commit = TakeFirst();
  mutex_.Unlock();
  Finish(std::move(commit));
  EndWriting();
}

Committer::Commit& Committer::OpenCommit(WriteAt when) {
  const bool full = !waiting_.empty() && waiting_.back()->bytes >= options_.chunk_bytes;
  if (full) Seal(*waiting_.back());
  if (full || waiting_.empty()) {
    waiting_.push_back(std::make_unique<Commit>());
    waiting_.back()->number = next_number_;
    waiting_.back()->chunk->number = next_number_;
  }
  if (!writing_ && (when == WriteAt::kOnce || full)) changed_.NotifyAll();
  return *waiting_.back();
}

// Nothing is added any more.
void Committer::Seal(Commit& commit) {
  if (commit.builder.empty()) return;
  ++next_number_;
  if (commit.number % options_.state_every != 0 || table_.AnyStopped()) return;
  commit.state.emplace();
  commit.state->set_next_chunk(next_number_);
  table_.Save(*commit.state);
}

void Committer::Run() {
  while (std::unique_ptr<Commit> commit = AwaitNext()) {
    Finish(std::move(commit));
    EndWriting();
  }
}

void Committer::AwaitWork() {
  while (writing_ || (waiting_.empty() && !stopping_)) {
    if (!idle_due_ || options_.idle_interval == absl::InfiniteDuration()) {
      changed_.Wait(mutex_);
    } else if (!changed_.WaitWithTimeout(mutex_, options_.idle_interval) && !writing_) {
      idle_due_ = false;
      writing_ = true;
      mutex_.Unlock();
      options_.on_idle();
      mutex_.Lock();
      writing_ = false;
    }
  }
}

std::unique_ptr<Committer::Commit> Committer::AwaitNext() {
  MutexLock lock(mutex_);
  AwaitWork();
  return waiting_.empty() ? nullptr : TakeFirst();
}

std::unique_ptr<Committer::Commit> Committer::TakeFirst() {
  if (waiting_.size() == 1) Seal(*waiting_.back());
  std::unique_ptr<Commit> commit = std::move(waiting_.front());
  waiting_.pop_front();
  writing_ = true;
  return commit;
}

void Committer::EndWriting() {
  MutexLock lock(mutex_);
  writing_ = false;
  // The committer's thread waits without an end while nothing was written since on_idle.
  const bool first_since_idle = !std::exchange(idle_due_, true);
  if (!waiting_.empty() || stopping_ || first_since_idle) changed_.NotifyAll();
}

void Committer::Finish(std::unique_ptr<Commit> commit) {
  if (!commit->builder.empty()) {
    if (const absl::Status written = Write(*commit); !written.ok() && !SIP_MUTANT(rocks_error_ignored)) {
      return Fail(std::move(commit), written);
    }
    table_.SetDurable(*commit->chunk);
    window_.Publish(std::move(commit->chunk));
  }
  Report(*commit);
  options_.after_commit(commit->state.has_value() ? &*commit->state : nullptr);
}

absl::Status Committer::Write(Commit& commit) {
  const std::string value = commit.builder.Finish(commit.number);
  if (commit.state.has_value()) commit.state->set_last_chunk_crc32c(ChunkChecksum(value));
  RocksBatch batch;
  batch.Put(ChunkKey(commit.number), value);
  absl::Status written =
      database_.Write(batch, SIP_MUTANT(rocks_write_not_synced) ? Durability::kWhenFlushed : Durability::kSynced);
  CheckDiskNowAndThen();
  if (written.ok()) return written;
  return absl::UnavailableError(absl::StrCat("the log could not be written (", written.message(),
                                             "); what became of the last records is unknown until it is opened again"));
}

void Committer::Report(Commit& commit) {
  {
    MutexLock lock(mutex_);
    queued_records_ -= commit.records;
    queued_bytes_ -= commit.bytes;
    for (const std::shared_ptr<ClaimGroup>& group : commit.claims) group->done = true;
    if (!commit.claims.empty()) changed_.NotifyAll();
  }
  for (const Commit::Run& run : commit.runs) {
    const bool durable = run.outcome == AppendOutcome::kDurable;
    run.core->callbacks.Resolve(run.count, {run.outcome, durable ? commit.number : 0, durable ? commit.number : 0});
  }
}

// Nothing more can be said of what waits, nor is anything more taken.
void Committer::Fail(std::unique_ptr<Commit> commit, const absl::Status& why) {
  std::vector<std::unique_ptr<Commit>> lost;
  lost.push_back(std::move(commit));
  {
    MutexLock lock(mutex_);
    failed_ = why;
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(lost));
    waiting_.clear();
    for (const std::unique_ptr<Commit>& one : lost) {
      for (const std::shared_ptr<ClaimGroup>& group : one->claims) {
        group->done = true;
        group->result = why;
      }
    }
    changed_.NotifyAll();
  }
  for (const std::unique_ptr<Commit>& one : lost) {
    for (const Commit::Run& run : one->runs) {
      run.core->state = SessionCore::State::kUnknown;
      run.core->callbacks.Resolve(run.count, {});
    }
  }
  if (options_.on_failure) options_.on_failure(why);
}

}  // namespace sip
