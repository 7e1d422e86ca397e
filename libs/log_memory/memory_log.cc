#include "libs/log_memory/memory_log.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"
#include "libs/base/mutant.h"
#include "libs/base/mutex.h"
#include "libs/base/ordered_callbacks.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

// What one session shares with the store. `over` and `queue` are guarded by the store's mutex.
struct SessionCore {
  enum class Over { kNo, kFenced, kUnknown };
  OrderedCallbacks<AppendReport> callbacks;
  std::deque<Record> queue;  // On the way to the log.
  Over over = Over::kNo;
};

// Reports that the store has found and must give outside its mutex.
struct Delivery {
  std::shared_ptr<SessionCore> core;
  AppendReport report;
};

struct Partition {
  explicit Partition(ExpectedLog expected) : fold(std::move(expected)) {}

  std::vector<Record> records;
  LogFold fold;          // Over `records`.
  absl::Status stopped;  // Why the fold cannot go on.
  std::vector<Record> delayed;
  std::vector<std::weak_ptr<SessionCore>> sessions;
};

RecordView ViewOf(const Record& record) { return {record.kind, record.header, record.payload}; }

}  // namespace

class MemoryLogStore::Impl {
 public:
  explicit Impl(MemoryLogOptions options);

  EventLog* log(absl::string_view name);
  void set_faults(const MemoryLogFaults& faults) {
    MutexLock lock(mutex_);
    faults_ = faults;
  }
  size_t Pump(size_t count);
  size_t on_the_way() const;
  size_t LandDelayed(size_t count);
  void Crash();
  std::vector<Record> Records(absl::string_view log, uint32_t partition, size_t from) const;
  void Inject(absl::string_view log, uint32_t partition, Record record);
  void Truncate(absl::string_view log, uint32_t partition, size_t count);

 private:
  class Log;
  class Session;
  class Tail;

  bool Draw(double probability) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return probability > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < probability;
  }
  size_t DrawBelow(size_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }
  std::string DrawId() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::string id(16, '\0');
    for (char& byte : id) byte = static_cast<char>(random_());
    return id;
  }

  // The record is in the log from now on. Its verdict, or why the partition has stopped.
  absl::StatusOr<Verdict> Land(Partition& partition, Record record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LandFirstDelayed(Partition& partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What may come along with any record.
  void LandLate(Partition& partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those on the way of a partition meet their fates, up to a number that is drawn: what happens while a claimant has read, and
  // its claim is not there yet.
  std::vector<Delivery> BringInSome(Partition& partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next append on the way of a session meets its fate.
  Delivery BringIn(Partition& partition, const std::shared_ptr<SessionCore>& core) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  AppendReport Fate(Partition& partition, SessionCore& core, Record record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::string> LandClaim(Log& log, uint32_t partition, const FoldState& seen, const ClaimantInfo& claimant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status FoldToEnd(Log& log, uint32_t partition, PartitionReader& reader,
                         const std::function<absl::Status(ValidRecordPtr)>& deliver);

  const MemoryLogOptions options_;
  mutable Mutex mutex_;
  CondVar changed_;  // A record has landed, or a process has ended.
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  MemoryLogFaults faults_ ABSL_GUARDED_BY(mutex_);
  uint64_t process_ ABSL_GUARDED_BY(mutex_) = 0;  // Counts crashes: what is of an earlier process is over.
  std::map<std::string, std::unique_ptr<Log>, std::less<>> logs_;
};

class MemoryLogStore::Impl::Log : public EventLog {
 public:
  Log(Impl& store, LogIdentity identity) : store_(store), identity_(std::move(identity)) {
    for (uint32_t p = 0; p < identity_.partition_count; ++p) {
      log::v1::GenesisHeader header;
      header.set_installation_id(identity_.installation_id);
      header.set_log_id(identity_.log_id);
      header.set_log_name(identity_.name);
      header.set_partition(p);
      header.set_partition_count(identity_.partition_count);
      header.set_hash_function("sha-256");
      partitions_.push_back(std::make_unique<Partition>(ExpectedLog{identity_.log_id, p}));
      partitions_[p]->records.push_back({RecordKind::kGenesis, header.SerializeAsString(), ""});
      SIP_CHECK(partitions_[p]->fold.Step(ViewOf(partitions_[p]->records[0])).ok());
    }
  }

  const LogIdentity& identity() const override { return identity_; }
  absl::StatusOr<std::unique_ptr<LogSession>> Claim(uint32_t partition, const ReaderCheckpoint& from, const ClaimantInfo& claimant,
                                                    const std::function<absl::Status(ValidRecordPtr)>& deliver) override;
  absl::StatusOr<std::unique_ptr<LogTail>> Tail(std::vector<TailStart> starts) override;
  void End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) override;
  bool OthersCanOwn() const override { return store_.options_.others_can_own; }

  // Guarded by the store's mutex.
  Partition& partition(uint32_t number) { return *partitions_[number]; }
  absl::Status CheckPartition(uint32_t partition) const {
    if (partition < identity_.partition_count) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(identity_.name, " has no partition ", partition));
  }
  // DATA_LOSS unless the partition holds what the reader has read.
  absl::Status CheckHistory(const Partition& partition, const ReaderCheckpoint& from) const {
    if (from.cursor > partition.records.size() || (from.fold.started && from.head_cursor >= partition.records.size())) {
      return absl::DataLossError(
          absl::StrCat(identity_.name, ", partition ", from.fold.partition, ": the log is shorter than what was read"));
    }
    return from.fold.started ? CheckIsHead(from, ViewOf(partition.records[from.head_cursor])) : absl::OkStatus();
  }

 private:
  Impl& store_;
  const LogIdentity identity_;
  std::vector<std::unique_ptr<Partition>> partitions_;
};

class MemoryLogStore::Impl::Session : public LogSession {
 public:
  Session(Impl& store, Partition& partition, ReaderCheckpoint claimed, std::shared_ptr<SessionCore> core)
      : store_(store),
        partition_(partition),
        claimed_(std::move(claimed)),
        ahead_({claimed_.fold.log_id, claimed_.fold.partition}, claimed_.fold),
        core_(std::move(core)) {}
  ~Session() override {
    {
      MutexLock lock(store_.mutex_);
      for (Record& record : core_->queue) {
        if (store_.Draw(store_.faults_.outlive)) partition_.delayed.push_back(std::move(record));
      }
      core_->queue.clear();
      core_->over = SessionCore::Over::kUnknown;
    }
    core_->callbacks.Close({});
  }

  const ReaderCheckpoint& claimed() const override { return claimed_; }
  absl::Status Append(const PreparedCommand& command, Done done) override;

 private:
  Impl& store_;
  Partition& partition_;
  const ReaderCheckpoint claimed_;
  LogFold ahead_;  // With everything appended so far.
  const std::shared_ptr<SessionCore> core_;
};

class MemoryLogStore::Impl::Tail : public LogTail {
 public:
  Tail(Impl& store, Log& log, const std::vector<TailStart>& starts, uint64_t process)
      : store_(store), log_(log), process_(process) {
    for (const TailStart& start : starts) {
      readers_.emplace_back(ExpectedLog{log.identity().log_id, start.partition}, start.checkpoint);
      numbers_.push_back(start.partition);
    }
  }

  absl::StatusOr<TailBatch> Read(size_t max_records, absl::Duration wait) override;
  void Cancel() override {
    MutexLock lock(store_.mutex_);
    cancelled_ = true;
    store_.changed_.NotifyAll();
  }

 private:
  absl::Status ReadPartition(size_t i, size_t max_records, TailBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_.mutex_);
  bool AtEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_.mutex_) {
    for (size_t i = 0; i < readers_.size(); ++i) {
      if (readers_[i].cursor() != log_.partition(numbers_[i]).records.size()) return false;
    }
    return true;
  }

  Impl& store_;
  Log& log_;
  const uint64_t process_;
  std::vector<PartitionReader> readers_;
  std::vector<uint32_t> numbers_;  // The partition of each reader.
  absl::Status failed_;
  bool cancelled_ = false;  // Guarded by the store's mutex.
};

MemoryLogStore::Impl::Impl(MemoryLogOptions options) : options_(std::move(options)), random_(options_.seed) {
  MutexLock lock(mutex_);
  const std::string installation_id = DrawId();
  for (const MemoryLogOptions::Log& log : options_.logs) {
    logs_[log.name] = std::make_unique<Log>(*this, LogIdentity{installation_id, DrawId(), log.name, log.partition_count});
  }
}

EventLog* MemoryLogStore::Impl::log(absl::string_view name) {
  const auto it = logs_.find(std::string(name));
  return it == logs_.end() ? nullptr : it->second.get();
}

absl::StatusOr<Verdict> MemoryLogStore::Impl::Land(Partition& partition, Record record) {
  partition.records.push_back(std::move(record));
  changed_.NotifyAll();
  if (!partition.stopped.ok()) return partition.stopped;
  absl::StatusOr<Verdict> verdict = partition.fold.Step(ViewOf(partition.records.back()));
  partition.stopped = verdict.status();
  return verdict;
}

void MemoryLogStore::Impl::LandFirstDelayed(Partition& partition) {
  Record late = std::move(partition.delayed.front());
  partition.delayed.erase(partition.delayed.begin());
  (void)Land(partition, std::move(late));
}

void MemoryLogStore::Impl::LandLate(Partition& partition) {
  if (!partition.delayed.empty() && Draw(0.5)) LandFirstDelayed(partition);
  if (Draw(faults_.copy_late)) (void)Land(partition, Record(partition.records[DrawBelow(partition.records.size())]));
}

AppendReport MemoryLogStore::Impl::Fate(Partition& partition, SessionCore& core, Record record) {
  if (core.over == SessionCore::Over::kUnknown) {
    // Behind a doubt: it lands or not, and nobody is told.
    if (Draw(0.5)) (void)Land(partition, std::move(record));
    return {};
  }
  const AppendReport ignored{AppendOutcome::kDurable, partition.records.size() - 1, partition.records.size() - 1};
  if (Draw(faults_.lose_record)) return SIP_MUTANT(error_report_ignored) ? ignored : AppendReport{};
  if (Draw(faults_.delay_record)) {
    partition.delayed.push_back(std::move(record));
    return {};
  }
  const absl::StatusOr<Verdict> verdict = Land(partition, std::move(record));
  const uint64_t cursor = partition.records.size() - 1;
  LandLate(partition);
  if (!verdict.ok() || Draw(faults_.lose_ack)) return {};
  if (*verdict == Verdict::kValid || SIP_MUTANT(contiguity_without_fold)) return {AppendOutcome::kDurable, cursor, cursor};
  // Another claim has won in between: the fold is past the end of this one.
  if (*verdict == Verdict::kVoidStale && partition.fold.state().claim.has_value()) return {AppendOutcome::kFenced, 0, 0};
  return {};
}

Delivery MemoryLogStore::Impl::BringIn(Partition& partition, const std::shared_ptr<SessionCore>& core) {
  Record record = std::move(core->queue.front());
  core->queue.pop_front();
  const AppendReport report = Fate(partition, *core, std::move(record));
  if (report.outcome == AppendOutcome::kFenced) core->over = SessionCore::Over::kFenced;
  if (report.outcome == AppendOutcome::kUnknown) core->over = SessionCore::Over::kUnknown;
  return {core, report};
}

size_t MemoryLogStore::Impl::Pump(size_t count) {
  size_t brought = 0;
  for (; brought < count; ++brought) {
    std::optional<Delivery> delivery;
    {
      MutexLock lock(mutex_);
      std::vector<std::pair<Partition*, std::shared_ptr<SessionCore>>> waiting;
      for (auto& [name, log] : logs_) {
        for (uint32_t p = 0; p < log->identity().partition_count; ++p) {
          for (const std::weak_ptr<SessionCore>& session : log->partition(p).sessions) {
            std::shared_ptr<SessionCore> core = session.lock();
            if (core != nullptr && !core->queue.empty()) waiting.emplace_back(&log->partition(p), std::move(core));
          }
        }
      }
      if (waiting.empty()) return brought;
      auto& [partition, core] = waiting[DrawBelow(waiting.size())];
      delivery = BringIn(*partition, core);
    }
    delivery->core->callbacks.Resolve(1, delivery->report);
  }
  return brought;
}

std::vector<Delivery> MemoryLogStore::Impl::BringInSome(Partition& partition) {
  std::vector<Delivery> deliveries;
  for (const std::weak_ptr<SessionCore>& session : partition.sessions) {
    const std::shared_ptr<SessionCore> core = session.lock();
    if (core == nullptr) continue;
    for (size_t left = DrawBelow(core->queue.size() + 1); left > 0; --left) deliveries.push_back(BringIn(partition, core));
  }
  return deliveries;
}

size_t MemoryLogStore::Impl::LandDelayed(size_t count) {
  MutexLock lock(mutex_);
  size_t landed = 0;
  for (; landed < count; ++landed) {
    std::vector<Partition*> waiting;
    for (auto& [name, log] : logs_) {
      for (uint32_t p = 0; p < log->identity().partition_count; ++p) {
        if (!log->partition(p).delayed.empty()) waiting.push_back(&log->partition(p));
      }
    }
    if (waiting.empty()) break;
    LandFirstDelayed(*waiting[DrawBelow(waiting.size())]);
  }
  return landed;
}

size_t MemoryLogStore::Impl::on_the_way() const {
  MutexLock lock(mutex_);
  size_t count = 0;
  for (const auto& [name, log] : logs_) {
    for (uint32_t p = 0; p < log->identity().partition_count; ++p) {
      for (const std::weak_ptr<SessionCore>& session : log->partition(p).sessions) {
        if (const auto core = session.lock()) count += core->queue.size();
      }
    }
  }
  return count;
}

void MemoryLogStore::Impl::Crash() {
  MutexLock lock(mutex_);
  ++process_;
  for (auto& [name, log] : logs_) {
    for (uint32_t p = 0; p < log->identity().partition_count; ++p) {
      Partition& partition = log->partition(p);
      for (const std::weak_ptr<SessionCore>& session : std::exchange(partition.sessions, {})) {
        const std::shared_ptr<SessionCore> core = session.lock();
        if (core == nullptr) continue;
        const size_t landing = DrawBelow(core->queue.size() + 1);
        for (size_t i = 0; i < landing; ++i) (void)Land(partition, std::move(core->queue[i]));
        core->queue.clear();
        core->over = SessionCore::Over::kUnknown;
      }
    }
  }
  changed_.NotifyAll();
}

std::vector<Record> MemoryLogStore::Impl::Records(absl::string_view log, uint32_t partition, size_t from) const {
  MutexLock lock(mutex_);
  const std::vector<Record>& records = logs_.find(log)->second->partition(partition).records;
  if (from >= records.size()) return {};
  return {records.begin() + static_cast<std::ptrdiff_t>(from), records.end()};
}

void MemoryLogStore::Impl::Inject(absl::string_view log, uint32_t partition, Record record) {
  MutexLock lock(mutex_);
  (void)Land(logs_.find(std::string(log))->second->partition(partition), std::move(record));
}

void MemoryLogStore::Impl::Truncate(absl::string_view log, uint32_t partition_number, size_t count) {
  MutexLock lock(mutex_);
  Partition& partition = logs_.find(std::string(log))->second->partition(partition_number);
  SIP_CHECK(count < partition.records.size());
  partition.records.resize(partition.records.size() - count);
  partition.fold = LogFold({partition.fold.state().log_id, partition_number});
  partition.stopped = absl::OkStatus();
  for (const Record& record : partition.records) {
    if (partition.stopped.ok()) partition.stopped = partition.fold.Step(ViewOf(record)).status();
  }
  for (const std::weak_ptr<SessionCore>& session : std::exchange(partition.sessions, {})) {
    if (const auto core = session.lock()) core->over = SessionCore::Over::kUnknown;
  }
}

// Hands valid records over without holding the mutex.
absl::Status MemoryLogStore::Impl::FoldToEnd(Log& log, uint32_t partition, PartitionReader& reader,
                                             const std::function<absl::Status(ValidRecordPtr)>& deliver) {
  while (true) {
    std::optional<Record> record;
    {
      MutexLock lock(mutex_);
      const std::vector<Record>& records = log.partition(partition).records;
      if (reader.cursor() >= records.size()) return absl::OkStatus();
      record = records[reader.cursor()];
    }
    SIP_ASSIGN_OR_RETURN(ValidRecordPtr valid, reader.Read(reader.cursor(), ViewOf(*record)));
    if (valid != nullptr) SIP_RETURN_IF_ERROR(deliver(std::move(valid)));
  }
}

// The id of a claim that follows what `seen` has folded and lies in the log now, whether it wins or not.
absl::StatusOr<std::string> MemoryLogStore::Impl::LandClaim(Log& log, uint32_t partition, const FoldState& seen,
                                                            const ClaimantInfo& claimant) {
  log::v1::ClaimHeader header;
  header.set_log_id(log.identity().log_id);
  header.set_partition(partition);
  header.set_supersedes(seen.last_claim);
  header.set_claim_id(SIP_MUTANT(claim_id_sent_twice) ? std::string(16, '7') : DrawId());
  if (Draw(faults_.lose_race)) {
    header.set_node("rival");
    SIP_RETURN_IF_ERROR(Land(log.partition(partition), {RecordKind::kClaim, header.SerializeAsString(), ""}).status());
    header.set_claim_id(DrawId());
  }
  header.set_node(claimant.node);
  header.set_endpoint(claimant.endpoint);
  header.set_build(claimant.build);
  if (claimant.on_attempt) claimant.on_attempt(header.claim_id());
  SIP_RETURN_IF_ERROR(Land(log.partition(partition), {RecordKind::kClaim, header.SerializeAsString(), ""}).status());
  LandLate(log.partition(partition));
  if (Draw(faults_.lose_claim_ack)) return absl::UnavailableError("whether the claim is in the log is unknown");
  return header.claim_id();
}

absl::StatusOr<std::unique_ptr<LogSession>> MemoryLogStore::Impl::Log::Claim(
    uint32_t partition, const ReaderCheckpoint& from, const ClaimantInfo& claimant,
    const std::function<absl::Status(ValidRecordPtr)>& deliver) {
  SIP_RETURN_IF_ERROR(CheckPartition(partition));
  {
    MutexLock lock(store_.mutex_);
    SIP_RETURN_IF_ERROR(CheckHistory(this->partition(partition), from));
  }
  PartitionReader reader({identity_.log_id, partition}, from);
  SIP_RETURN_IF_ERROR(store_.FoldToEnd(*this, partition, reader, deliver));
  if (!claimant.MayFollow(reader.state().last_claim)) {
    return absl::AbortedError(absl::StrCat(identity_.name, ", partition ", partition, ": another node has taken it over"));
  }
  std::vector<Delivery> meanwhile;
  {
    MutexLock lock(store_.mutex_);
    if (store_.Draw(store_.faults_.claim_behind)) meanwhile = store_.BringInSome(this->partition(partition));
  }
  for (Delivery& delivery : meanwhile) delivery.core->callbacks.Resolve(1, delivery.report);
  auto core = std::make_shared<SessionCore>();
  std::string claim_id;
  {
    MutexLock lock(store_.mutex_);
    SIP_ASSIGN_OR_RETURN(claim_id, store_.LandClaim(*this, partition, reader.state(), claimant));
    std::vector<std::weak_ptr<SessionCore>>& sessions = this->partition(partition).sessions;
    std::erase_if(sessions, [](const std::weak_ptr<SessionCore>& session) { return session.expired(); });
    sessions.push_back(core);
  }
  SIP_RETURN_IF_ERROR(store_.FoldToEnd(*this, partition, reader, deliver));
  if (reader.state().claim != claim_id && !SIP_MUTANT(lost_race_serves)) {
    return absl::AbortedError(absl::StrCat(identity_.name, ", partition ", partition, ": another node took it over"));
  }
  return std::make_unique<Session>(store_, this->partition(partition), reader.checkpoint(), std::move(core));
}

absl::StatusOr<std::unique_ptr<LogTail>> MemoryLogStore::Impl::Log::Tail(std::vector<TailStart> starts) {
  MutexLock lock(store_.mutex_);
  for (const TailStart& start : starts) {
    SIP_RETURN_IF_ERROR(CheckPartition(start.partition));
    SIP_RETURN_IF_ERROR(CheckHistory(partition(start.partition), start.checkpoint));
  }
  return std::make_unique<Impl::Tail>(store_, *this, starts, store_.process_);
}

void MemoryLogStore::Impl::Log::End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) {
  if (absl::Status known = CheckPartition(partition); !known.ok()) return done(std::move(known));
  absl::StatusOr<LogEnd> end = LogEnd{};
  {
    MutexLock lock(store_.mutex_);
    const Partition& found = this->partition(partition);
    if (found.stopped.ok()) {
      end->next_idx = found.fold.state().next_idx;
    } else {
      end = found.stopped;
    }
  }
  done(std::move(end));
}

absl::Status MemoryLogStore::Impl::Session::Append(const PreparedCommand& command, Done done) {
  if (FrameSize(command.view()) > kMaxRecordBytes) return absl::InvalidArgumentError("the record exceeds 4 MiB");
  std::optional<Delivery> delivery;
  {
    MutexLock lock(store_.mutex_);
    if (core_->over == SessionCore::Over::kFenced) return absl::AbortedError("another node took the partition over");
    if (core_->over == SessionCore::Over::kUnknown) return absl::UnavailableError("the session is over");
    if (core_->queue.size() >= store_.options_.queue_records || store_.Draw(store_.faults_.refuse)) {
      return RejectionStatus(Reason::REASON_OVERLOADED);
    }
    if (store_.Draw(store_.faults_.not_safe)) return RejectionStatus(Reason::REASON_LOG_NOT_SAFE);
    LogFold next = ahead_;
    const absl::StatusOr<Verdict> verdict = next.Step(command.facts());
    if (!verdict.ok() || *verdict != Verdict::kValid) {
      return absl::InternalError(absl::StrCat("not the next valid command: ", verdict.status().message()));
    }
    ahead_ = std::move(next);
    core_->callbacks.Add(std::move(done));
    core_->queue.push_back({RecordKind::kCommand, command.record()->header.bytes(), command.record()->payload});
    if (!store_.options_.manual) delivery = store_.BringIn(partition_, core_);
  }
  if (delivery.has_value()) delivery->core->callbacks.Resolve(1, delivery->report);
  return absl::OkStatus();
}

absl::Status MemoryLogStore::Impl::Tail::ReadPartition(size_t i, size_t max_records, TailBatch& batch) {
  PartitionReader& reader = readers_[i];
  const std::vector<Record>& records = log_.partition(numbers_[i]).records;
  if (reader.cursor() > records.size()) {
    return absl::DataLossError(
        absl::StrCat(log_.identity().name, ", partition ", numbers_[i], ": the log is shorter than what was read"));
  }
  const uint64_t start = reader.cursor();
  while (reader.cursor() < records.size() && batch.records.size() < max_records) {
    SIP_ASSIGN_OR_RETURN(ValidRecordPtr valid, reader.Read(reader.cursor(), ViewOf(records[reader.cursor()])));
    if (valid != nullptr) batch.records.push_back(std::move(valid));
  }
  if (reader.cursor() != start) batch.progress.push_back({numbers_[i], reader.checkpoint()});
  return absl::OkStatus();
}

absl::StatusOr<TailBatch> MemoryLogStore::Impl::Tail::Read(size_t max_records, absl::Duration wait) {
  const absl::Time deadline = SystemClock().Now() + wait;
  MutexLock lock(store_.mutex_);
  if (failed_.ok() && store_.Draw(store_.faults_.lose_reader)) {
    failed_ = absl::UnavailableError(absl::StrCat(log_.identity().name, ": the reader has lost the log"));
  }
  while (true) {
    if (!failed_.ok()) return failed_;
    if (cancelled_ || store_.process_ != process_) return absl::CancelledError("the reader was cancelled");
    TailBatch batch;
    for (size_t i = 0; i < readers_.size() && failed_.ok(); ++i) failed_ = ReadPartition(i, max_records, batch);
    if (!failed_.ok()) continue;
    batch.at_end = AtEnd();
    for (size_t i = 0; batch.at_end && i < numbers_.size(); ++i) batch.ended.push_back({numbers_[i], SystemClock().Now()});
    const absl::Duration left = deadline - SystemClock().Now();
    if (!batch.records.empty() || !batch.progress.empty() || left <= absl::ZeroDuration()) return batch;
    store_.changed_.WaitWithTimeout(store_.mutex_, left);
  }
}

MemoryLogStore::MemoryLogStore(MemoryLogOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MemoryLogStore::~MemoryLogStore() = default;
EventLog* MemoryLogStore::log(absl::string_view name) { return impl_->log(name); }
void MemoryLogStore::set_faults(const MemoryLogFaults& faults) { impl_->set_faults(faults); }
size_t MemoryLogStore::Pump(size_t count) { return impl_->Pump(count); }
size_t MemoryLogStore::on_the_way() const { return impl_->on_the_way(); }
size_t MemoryLogStore::LandDelayed(size_t count) { return impl_->LandDelayed(count); }
void MemoryLogStore::Crash() { impl_->Crash(); }
std::vector<Record> MemoryLogStore::Records(absl::string_view log, uint32_t partition, size_t from) const {
  return impl_->Records(log, partition, from);
}
void MemoryLogStore::Inject(absl::string_view log, uint32_t partition, Record record) {
  impl_->Inject(log, partition, std::move(record));
}
void MemoryLogStore::Truncate(absl::string_view log, uint32_t partition, size_t count) { impl_->Truncate(log, partition, count); }

}  // namespace sip
