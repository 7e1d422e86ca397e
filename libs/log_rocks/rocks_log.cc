#include "libs/log_rocks/rocks_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"

namespace sip {
namespace {

constexpr size_t kClaimIdSize = 16;
// A read gives what it has after this many chunks, so that it can be cancelled and its checkpoint moves.
constexpr uint64_t kChunksPerRead = 4096;
// How far the checkpoint of an idle partition may lie behind.
constexpr uint64_t kIdleProgressChunks = 256;

class RocksSession final : public LogSession {
 public:
  RocksSession(Committer& committer, uint16_t log, ReaderCheckpoint claimed)
      : committer_(committer), log_(log), claimed_(std::move(claimed)) {}
  ~RocksSession() override {
    EndBatch(/*write_here=*/false);
    core_->callbacks.Close({});
  }

  const ReaderCheckpoint& claimed() const override { return claimed_; }

  absl::Status Append(const PreparedCommand& command, Done done) override {
    switch (core_->state.load()) {
      case SessionCore::State::kOpen:
        break;
      case SessionCore::State::kFenced:
        return absl::AbortedError("another claim has taken the partition over");
      case SessionCore::State::kUnknown:
        return absl::UnavailableError("the session is over: the fate of an earlier append is unknown");
    }
    if (const size_t bytes = FrameSize(command.view()); bytes > kMaxRecordBytes) {
      return absl::InvalidArgumentError(absl::StrCat("a record of ", bytes, " bytes: the limit is 4 MiB"));
    }
    LiveRecord live{log_, claimed_.fold.partition, command.facts(), command.record(), ""};
    return committer_.Append(core_, std::move(live), in_batch_ ? Committer::WriteAt::kFlush : Committer::WriteAt::kOnce,
                             std::move(done));
  }

  void BeginBatch() override { in_batch_ = true; }

  void EndBatch(bool write_here) override {
    if (std::exchange(in_batch_, false)) committer_.Flush(write_here);
  }

 private:
  Committer& committer_;
  const uint16_t log_;
  const ReaderCheckpoint claimed_;
  const std::shared_ptr<SessionCore> core_ = std::make_shared<SessionCore>();
  bool in_batch_ = false;
};

class RocksTail : public LogTail {
 public:
  RocksTail(const OpenFolder& folder, uint16_t log, PartitionSet members, std::vector<uint32_t> partitions)
      : folder_(folder),
        log_(log),
        members_(std::move(members)),
        partitions_(std::move(partitions)),
        idle_reported_(members_.next()) {}

  absl::StatusOr<TailBatch> Read(size_t max_records, absl::Duration wait) override {
    const absl::Time deadline = SystemClock().Now() + wait;
    while (true) {
      if (folder_.window->IsCancelled(cancelled_)) return absl::CancelledError("the reader was cancelled");
      folder_.window->FreeEvicted();
      SIP_RETURN_IF_ERROR(failed_);
      TailBatch batch;
      failed_ = ReadBatch(max_records, batch);
      SIP_RETURN_IF_ERROR(failed_);
      if (!batch.records.empty() || !batch.progress.empty()) return batch;
      if (!batch.at_end) continue;
      if (SystemClock().Now() >= deadline) return batch;
      folder_.window->WaitFrom(log_, members_.next(), deadline, cancelled_);
    }
  }

  void Cancel() override { folder_.window->Cancel(cancelled_); }

 private:
  absl::Status ReadBatch(size_t max_records, TailBatch& batch) {
    const absl::Time asked = SystemClock().Now();
    const uint64_t end = folder_.window->end();
    const uint64_t until = std::min(end, members_.next() + kChunksPerRead);
    SIP_RETURN_IF_ERROR(members_.ReadOn(
        folder_.source(), until, [&] { return batch.records.size() >= max_records; },
        [&](size_t, ValidRecordPtr record) {
          batch.records.push_back(std::move(record));
          return absl::OkStatus();
        }));
    batch.at_end = members_.next() >= end;
    for (size_t i = 0; batch.at_end && i < partitions_.size(); ++i) batch.ended.push_back({partitions_[i], asked});
    std::vector<size_t> moved = members_.TakeTouched();
    if (members_.next() - idle_reported_ >= kIdleProgressChunks) {
      idle_reported_ = members_.next();
      moved.resize(members_.size());
      for (size_t i = 0; i < moved.size(); ++i) moved[i] = i;
    }
    for (const size_t member : moved) batch.progress.push_back({partitions_[member], members_.CheckpointOf(member)});
    return absl::OkStatus();
  }

  const OpenFolder folder_;
  const uint16_t log_;
  PartitionSet members_;
  const std::vector<uint32_t> partitions_;  // Of each member.
  uint64_t idle_reported_ = 0;
  absl::Status failed_;
  bool cancelled_ = false;  // The window's.
};

class RocksLog : public EventLog {
 public:
  RocksLog(const OpenFolder& folder, uint16_t log) : folder_(folder), log_(log) {}

  const LogIdentity& identity() const override { return folder_.table->identity(log_); }

  absl::StatusOr<std::unique_ptr<LogSession>> Claim(uint32_t partition, const ReaderCheckpoint& from, const ClaimantInfo& claimant,
                                                    const std::function<absl::Status(ValidRecordPtr)>& deliver) override {
    std::vector<ClaimTask> tasks;
    tasks.push_back({log_, partition, from, deliver});
    SIP_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<LogSession>> sessions, ClaimPartitions(folder_, std::move(tasks), claimant));
    return std::move(sessions[0]);
  }

  absl::StatusOr<std::unique_ptr<LogTail>> Tail(std::vector<TailStart> starts) override {
    if (starts.empty()) return absl::InvalidArgumentError("a reader of no partition");
    PartitionSet members;
    std::vector<uint32_t> partitions;
    for (const TailStart& start : starts) {
      SIP_RETURN_IF_ERROR(CheckPartition(start.partition));
      SIP_RETURN_IF_ERROR(CheckHistory(folder_.source(), log_, start.partition, identity().log_id, start.checkpoint));
      SIP_RETURN_IF_ERROR(members.Add(log_, {identity().log_id, start.partition}, start.checkpoint));
      partitions.push_back(start.partition);
    }
    return std::make_unique<RocksTail>(folder_, log_, std::move(members), std::move(partitions));
  }

  void End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) override {
    if (absl::Status checked = CheckPartition(partition); !checked.ok()) return done(std::move(checked));
    const FoldEntry& entry = folder_.table->entry(log_, partition);
    if (!entry.stopped.ok()) return done(entry.stopped);
    done(LogEnd{entry.durable_next_idx});
  }

  bool OthersCanOwn() const override { return false; }

 private:
  absl::Status CheckPartition(uint32_t partition) const {
    if (partition < identity().partition_count) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(identity().name, " has no partition ", partition));
  }

  const OpenFolder folder_;
  const uint16_t log_;
};

LiveRecord MakeClaim(const ClaimTask& task, const FoldState& seen, const std::string& claim_id, const ClaimantInfo& claimant) {
  log::v1::ClaimHeader header;
  header.set_log_id(seen.log_id);
  header.set_partition(task.partition);
  header.set_claim_id(claim_id);
  header.set_supersedes(seen.last_claim);
  header.set_node(claimant.node);
  header.set_endpoint(claimant.endpoint);
  header.set_build(claimant.build);
  LiveRecord claim{task.log, task.partition, {}, nullptr, header.SerializeAsString()};
  claim.facts = ParseRecord(claim.view()).value();
  return claim;
}

absl::Status CheckTask(const OpenFolder& folder, const ClaimTask& task) {
  const LogIdentity& identity = folder.table->identity(task.log);
  if (task.partition >= identity.partition_count) {
    return absl::InvalidArgumentError(absl::StrCat(identity.name, " has no partition ", task.partition));
  }
  SIP_RETURN_IF_ERROR(folder.table->entry(task.log, task.partition).stopped);
  return CheckHistory(folder.source(), task.log, task.partition, identity.log_id, task.from);
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<LogSession>>> ClaimPartitions(const OpenFolder& folder, std::vector<ClaimTask> tasks,
                                                                         const ClaimantInfo& claimant) {
  std::vector<std::unique_ptr<LogSession>> sessions;
  if (tasks.empty()) return sessions;
  if (folder.committer == nullptr) return absl::FailedPreconditionError("the log is open for reading only");
  PartitionSet members;
  for (const ClaimTask& task : tasks) {
    SIP_RETURN_IF_ERROR(CheckTask(folder, task));
    SIP_RETURN_IF_ERROR(members.Add(task.log, {folder.table->identity(task.log).log_id, task.partition}, task.from));
  }
  const auto read_to = [&](uint64_t until) {
    return members.ReadOn(
        folder.source(), until, [] { return false; },
        [&](size_t member, ValidRecordPtr record) { return tasks[member].deliver(std::move(record)); });
  };
  SIP_RETURN_IF_ERROR(read_to(folder.window->end()));
  std::vector<std::string> ids;
  std::vector<LiveRecord> claims;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (!claimant.MayFollow(members.state(i).last_claim)) return absl::AbortedError("another claim has taken a partition over");
    ids.push_back(RandomBytes(kClaimIdSize));
    if (claimant.on_attempt) claimant.on_attempt(ids[i]);
    claims.push_back(MakeClaim(tasks[i], members.state(i), ids[i], claimant));
  }
  SIP_ASSIGN_OR_RETURN(const Committer::Claims committed, folder.committer->CommitClaims(std::move(claims)));
  if (std::find(committed.won.begin(), committed.won.end(), false) != committed.won.end()) {
    return absl::AbortedError("another claim has taken a partition over");
  }
  SIP_RETURN_IF_ERROR(read_to(committed.chunk + 1));
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (members.state(i).claim != ids[i]) return absl::AbortedError("another claim has taken a partition over");
    sessions.push_back(std::make_unique<RocksSession>(*folder.committer, tasks[i].log, members.CheckpointOf(i)));
  }
  return sessions;
}

std::unique_ptr<EventLog> NewRocksLog(const OpenFolder& folder, uint16_t log) { return std::make_unique<RocksLog>(folder, log); }

}  // namespace sip
