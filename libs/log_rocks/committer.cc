#include "libs/log_rocks/committer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/log_rocks/chunk.h"

namespace sip {
namespace {

// A parsed record takes about this much more than its bytes.
constexpr size_t kParsedOverheadBytes = 1024;

absl::Status Closed() { return absl::UnavailableError("the log is closed"); }

}  // namespace

struct Committer::ClaimGroup {
  std::vector<LiveRecordPtr> records;
  // Guarded by the committer's mutex.
  bool done = false;
  absl::StatusOr<Claims> result = Claims();
};

struct Committer::Commit {
  // As many reports alike, in a row, of one session.
  struct Run {
    SessionCore* core = nullptr;
    AppendOutcome outcome = AppendOutcome::kUnknown;
    size_t count = 0;
  };
  uint64_t number = 0;
  ChunkBuilder builder;
  std::shared_ptr<LiveChunk> chunk = std::make_shared<LiveChunk>();
  std::vector<Run> runs;

  void Take(const LiveRecordPtr& record) {
    builder.Add(record->log, record->partition, record->view());
    if (chunk->by_log.size() <= record->log) chunk->by_log.resize(size_t{record->log} + 1);
    chunk->by_log[record->log].push_back(record);
    chunk->bytes += 2 * FrameSize(record->view()) + kParsedOverheadBytes;
  }
  void Tell(SessionCore* core, AppendOutcome outcome) {
    if (runs.empty() || runs.back().core != core || runs.back().outcome != outcome) runs.push_back({core, outcome, 0});
    ++runs.back().count;
  }
};

Committer::Committer(RocksDatabase& database, FoldTable& table, LiveWindow& window, Options options)
    : database_(database), table_(table), window_(window), options_(std::move(options)) {}

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

absl::Status Committer::Reserve(size_t bytes) {
  if (reserve_reached_) {
    SIP_RETURN_IF_ERROR(CheckDisk());
    reserve_reached_ = false;
  }
  MutexLock lock(mutex_);
  if (reserved_records_ >= options_.queue_records || (reserved_records_ > 0 && reserved_bytes_ + bytes > options_.queue_bytes)) {
    return RejectionStatus(Reason::REASON_OVERLOADED);
  }
  ++reserved_records_;
  reserved_bytes_ += bytes;
  return absl::OkStatus();
}

void Committer::Release(size_t bytes) {
  MutexLock lock(mutex_);
  --reserved_records_;
  reserved_bytes_ -= bytes;
}

absl::Status Committer::Push(std::shared_ptr<SessionCore> core, OrderedCallbacks<AppendReport>::Callback done, LiveRecordPtr record,
                             size_t bytes) {
  MutexLock lock(mutex_);
  if (!failed_.ok() || stopping_) {
    --reserved_records_;
    reserved_bytes_ -= bytes;
    return failed_.ok() ? Closed() : failed_;
  }
  core->callbacks.Add(std::move(done));
  queue_.push_back({std::move(core), std::move(record), bytes, nullptr});
  if (queue_.size() == 1) changed_.NotifyAll();
  return absl::OkStatus();
}

absl::StatusOr<Committer::Claims> Committer::CommitClaims(std::vector<LiveRecordPtr> claims) {
  auto group = std::make_shared<ClaimGroup>();
  group->records = std::move(claims);
  MutexLock lock(mutex_);
  if (!failed_.ok()) return failed_;
  if (stopping_) return Closed();
  queue_.push_back({nullptr, nullptr, 0, group});
  changed_.NotifyAll();
  while (!group->done) changed_.Wait(mutex_);
  return group->result;
}

absl::Status Committer::health() const {
  MutexLock lock(mutex_);
  return failed_;
}

void Committer::Run() {
  std::vector<Item> items;
  while (TakeQueued(items)) {
    CommitItems(items);
    items.clear();
  }
}

// Whatever waits, up to a chunk full of it. False when the end has come.
bool Committer::TakeQueued(std::vector<Item>& items) {
  MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
  size_t bytes = 0;
  while (!queue_.empty() && (items.empty() || bytes + queue_.front().bytes <= options_.chunk_bytes)) {
    bytes += queue_.front().bytes;
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !items.empty();
}

void Committer::CommitItems(std::vector<Item>& items) {
  Commit commit;
  commit.number = window_.end();
  commit.chunk->number = commit.number;
  absl::Status status = health();
  for (Item& item : items) {
    if (status.ok()) status = Judge(item, commit);
  }
  if (status.ok() && !commit.builder.empty()) {
    status = Write(commit);
    if (status.ok()) Publish(commit);
  }
  if (!status.ok()) return Fail(items, status);
  Report(items, commit);
  options_.after_commit();
}

// The store's own fold has the last word on what goes into the log.
absl::Status Committer::Judge(Item& item, Commit& commit) {
  if (item.claims != nullptr) return JudgeClaims(*item.claims, commit);
  const LiveRecord& record = *item.record;
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, table_.Step(record.log, record.partition, record.parsed, commit.number));
  if (verdict == Verdict::kVoidStale) {
    item.core->state = SessionCore::State::kFenced;
    commit.Tell(item.core.get(), AppendOutcome::kFenced);
    return absl::OkStatus();
  }
  // The session has checked that it follows its last record.
  if (verdict != Verdict::kValid) return absl::InternalError("a record that is not the next one reached the committer");
  commit.Take(item.record);
  commit.Tell(item.core.get(), AppendOutcome::kDurable);
  return absl::OkStatus();
}

absl::Status Committer::JudgeClaims(ClaimGroup& group, Commit& commit) {
  Claims claims{commit.number, {}};
  for (const LiveRecordPtr& record : group.records) {
    // A claim that lost is not written: nobody but its node has seen it.
    FoldEntry& entry = table_.entry(record->log, record->partition);
    const auto& header = std::get<log::v1::ClaimHeader>(record->parsed.header);
    claims.won.push_back(header.supersedes() == entry.fold.state().last_claim);
    if (!claims.won.back()) continue;
    SIP_RETURN_IF_ERROR(table_.Step(record->log, record->partition, record->parsed, commit.number).status());
    commit.Take(record);
  }
  MutexLock lock(mutex_);
  group.result = std::move(claims);
  return absl::OkStatus();
}

absl::Status Committer::Write(Commit& commit) {
  RocksBatch batch;
  batch.Put(ChunkKey(commit.number), commit.builder.Finish(commit.number));
  const absl::Status written = database_.Write(batch, Durability::kSynced);
  if (options_.disk_reserve_bytes != 0) reserve_reached_ = !CheckDisk().ok();
  if (written.ok()) return written;
  return absl::UnavailableError(absl::StrCat("the log could not be written (", written.message(),
                                             "); what became of the last records is unknown until it is opened again"));
}

void Committer::Publish(Commit& commit) {
  for (const std::vector<LiveRecordPtr>& records : commit.chunk->by_log) {
    for (const LiveRecordPtr& record : records) {
      FoldEntry& entry = table_.entry(record->log, record->partition);
      entry.durable_next_idx = entry.fold.state().next_idx;
    }
  }
  window_.Publish(std::move(commit.chunk));
}

void Committer::Report(std::vector<Item>& items, Commit& commit) {
  {
    MutexLock lock(mutex_);
    for (const Item& item : items) {
      if (item.claims != nullptr) {
        item.claims->done = true;
        changed_.NotifyAll();
        continue;
      }
      --reserved_records_;
      reserved_bytes_ -= item.bytes;
    }
  }
  for (const Commit::Run& run : commit.runs) {
    const bool durable = run.outcome == AppendOutcome::kDurable;
    run.core->callbacks.Resolve(run.count, {run.outcome, durable ? commit.number : 0, durable ? commit.number : 0});
  }
}

// Nothing more can be said of these or of any later append.
void Committer::Fail(std::vector<Item>& items, const absl::Status& why) {
  bool first = false;
  {
    MutexLock lock(mutex_);
    first = failed_.ok();
    if (first) failed_ = why;
    for (const Item& item : items) {
      if (item.claims == nullptr) {
        --reserved_records_;
        reserved_bytes_ -= item.bytes;
        continue;
      }
      item.claims->done = true;
      item.claims->result = failed_;
    }
    changed_.NotifyAll();
  }
  for (const Item& item : items) {
    if (item.core == nullptr) continue;
    item.core->state = SessionCore::State::kUnknown;
    item.core->callbacks.Resolve(1, {});
  }
  if (first && options_.on_failure) options_.on_failure(why);
}

}  // namespace sip
