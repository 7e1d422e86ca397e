// The owner of one partition: decides its commands and imports one after the other (a strand), appends them pipelined, and answers
// when they are durable. docs/life-of-a-command.md tells the order of things.
//
// Threads: the public functions may be called from any thread; all else runs on the executor, or on a thread that brings a command,
// never two tasks at a time.
#ifndef SIP_LIBS_ENGINE_PARTITION_H_
#define SIP_LIBS_ENGINE_PARTITION_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/engine/case_cache.h"
#include "libs/engine/command_executor.h"
#include "libs/engine/parts.h"
#include "libs/engine/record_writer.h"
#include "libs/engine/request_memory.h"
#include "libs/eventsourcing/log_fold.h"

namespace sip {

// A log that this context imports from.
struct ForeignLog {
  std::string name;
  EventLog* log = nullptr;
};

// What the importer hands over: a foreign record that may concern this context, or only how far it has read.
struct ImportItem {
  std::string foreign_log_id;
  std::shared_ptr<const RecordedCommand> record;  // Null: progress only.
  ReaderCheckpoint progress;                      // Meaningful without a record: behind all records handed over so far.
  uint64_t epoch = 0;                             // Of the reading that it comes from.
};

// Where the reading of a foreign log begins.
struct ImportBeginning {
  ReaderCheckpoint checkpoint;
  // What is read from there carries it. After a doubt the reading begins again, and what is still on its way from the one before
  // does not count: it would leave out what the doubt has undone.
  uint64_t epoch = 0;
};

// The latest time for which the owner promises that all later records are recorded after it, and the position that holds all
// earlier ones.
struct Watermark {
  absl::Time recorded_until;
  uint64_t next_idx = 0;
};

// What an operator wants to know.
struct PartitionStatus {
  enum class Phase {
    kStarting,   // Not claimed yet.
    kClaiming,   // Being taken over.
    kServing,    //
    kDoubt,      // What became of an append is being found out.
    kReleasing,  // Waits for what is in flight, then gives the partition up.
    kFenced,     // Another node owns it, or may.
    kStopped,    // For good.
  };
  Phase phase = Phase::kStarting;
  uint64_t next_idx = 0;      // Of the durable fold.
  size_t waiting = 0;         // Commands not yet decided.
  size_t in_flight = 0;       // Records not yet durable.
  size_t parked = 0;          // Commands and queries that wait for tokens or imports.
  uint64_t acknowledged = 0;  // Commands answered OK since the start.
  uint64_t rejected = 0;
  uint64_t doubts = 0;    // How often an append's fate had to be found out.
  uint64_t replayed = 0;  // Records folded at take-over.
  uint64_t take_overs = 0;
  uint64_t barriers = 0;  // Empty commands recorded to be sure of the ownership.
  absl::Status stopped;   // Why nothing is served (kFenced, kStopped).
  absl::Status imports;   // Why imports stand still, for now if UNAVAILABLE; OK if they do not.
};

class Partition : public std::enable_shared_from_this<Partition> {
 public:
  static std::shared_ptr<Partition> Make(const EngineParts& parts, uint32_t partition, std::vector<ForeignLog> foreign_logs);

  // Folds to the end of the log, claims the partition and serves. Blocks. May be called once, before anything else.
  absl::Status Start();
  // The same while the engine runs, also after Release or when another node had it. `done` tells whether it serves: ABORTED if
  // another node was quicker, UNAVAILABLE if it is being claimed or released already, the log does not answer or the engine stops.
  void Acquire(absl::AnyInvocable<void(absl::Status)> done);
  // Gives the partition up in good order, for another node: what waits is answered NotOwnerStatus, what is in flight becomes
  // durable, the checkpoint is stored. Does nothing more than calling `done` if it is not served.
  void Release(Task done);

  void Execute(CommandRequest request, CommandExecutor::Done done);

  // False if the queue of imports is full: the importer offers it again after `on_room`.
  bool OfferImport(ImportItem item);
  // What importers are told, within a turn.
  struct ImportCallbacks {
    std::function<void()> on_room;    // A full import queue has room.
    std::function<void()> on_wanted;  // A command waits for imports.
    std::function<void()> on_rewind;  // They must begin again at ImportStart.
  };
  void SetImportCallbacks(ImportCallbacks callbacks);
  // Where the importer of `foreign_log_id` begins to read.
  absl::StatusOr<ImportBeginning> ImportStart(absl::string_view foreign_log_id) const;
  // The importer of `foreign_log_id` cannot go on. Fresh commands are refused from then on, all others served.
  void StopImports(absl::Status why);
  // The importer of `foreign_log_id` stands still for now, for that reason; OK: it goes on.
  void PauseImports(const std::string& foreign_log_id, absl::Status why);

  // Calls `done` when the record that the token names has been decided on here, if it is of a log that is imported: with a token
  // that holds what came of it, absent if nothing is recorded here. A NOT_CAUGHT_UP or OVERLOADED rejection otherwise.
  void AwaitImport(ConsistencyToken token, absl::Time deadline,
                   absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)> done);

  // Calls `read` with the state of `scope` once all that it shows is durable.
  void ReadState(const Uuid& scope, absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read);

  void PromiseWatermark(absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done);

  // The same, once something that was appended after the call is durable: then no other node has acknowledged anything before it
  // that the position does not hold. An empty command is recorded if there is nothing else. NotOwnerStatus if it does not serve.
  void Barrier(absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done);

  PartitionStatus status() const;

  // Called within a turn when the partition stops for good (DATA_LOSS, a log that must be reopened).
  void SetOnStopped(std::function<void(absl::Status)> on_stopped);

  // Whether it is served, or about to be: imports are of use then. Any thread.
  bool wants_imports() const { return wants_imports_; }

  // The engine goes, perhaps without a shutdown, as in a crash that a test plays: whatever still holds the partition does nothing
  // more.
  void Abandon();

  // Answers what waits with UNAVAILABLE, lets what is in flight become durable, ends the session. `done` runs when that is over.
  void Shutdown(Task done);

 private:
  struct Pending {
    CommandRequest request;
    CommandExecutor::Done done;
    std::string request_key;
    absl::Time arrived;
    // The session in which it has seen all that it must wait for; a doubt can undo that.
    uint64_t gates_passed_in = 0;
  };
  using PendingPtr = std::unique_ptr<Pending>;
  // A record that is appended but not yet durable.
  struct InFlight {
    WrittenRecord written;
    std::optional<Uuid> scope;  // Absent for a barrier.
    absl::Time sent_at;
    PendingPtr command;  // Null for an import or a barrier.
    // Whoever depends on it: called with whether it became durable.
    std::vector<absl::AnyInvocable<void(bool durable)>> waiters;
  };
  // What waits for positions of foreign logs: a command, or a query's token.
  struct Parked {
    uint64_t id = 0;
    absl::AnyInvocable<void(absl::Status)> release;
    std::map<std::string, uint64_t> needed;  // Foreign log id → its next_idx that must have been seen.
    int ends_outstanding = 0;
  };
  struct Inbox {
    std::vector<PendingPtr> commands;
    std::vector<ImportItem> imports;
    std::vector<std::pair<uint64_t, AppendReport>> reports;  // Session epoch and report, in order.
    std::vector<Task> tasks;
    bool empty() const { return commands.empty() && imports.empty() && reports.empty() && tasks.empty(); }
  };

  Partition(const EngineParts& parts, uint32_t partition, std::vector<ForeignLog> foreign_logs);

  // --- the strand (partition.cc) ---
  // Tasks and waiters belong to the partition and must not own it: they name it by `this`.
  void PostTask(Task task);
  // False if too many wait. Decides it at once if nobody else is at work here and the executor allows it.
  bool TakeIn(PendingPtr& command);
  void Schedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // `callers_thread`: not the executor's, but one that may as well write what it has decided, and then answers it.
  void Drain(bool callers_thread);
  void RunTurn(Inbox inbox, bool write_here);
  void PublishStatus();

  // --- ownership (partition_ownership.cc) ---
  // What a claim has brought; The leaves of the records behind the checkpoint (only for one in doubt) are there also if it
  // has failed.
  struct Taken {
    std::unique_ptr<LogSession> session;
    std::map<uint64_t, std::string> leaves;
    uint64_t replayed = 0;
    absl::Time claimed_at;  // Before it was sent.
  };
  // Reads and writes nothing of the strand's but the store, which is nobody else's while the partition is not served.
  absl::Status Claim(const ClaimantInfo& claimant, Taken& taken) const;
  absl::Status Install(Taken taken);
  // Ends the session, and claims the partition on the executor for claims.
  void BeginClaim(ClaimantInfo claimant);
  void FinishClaim(absl::Status status, Taken taken, const std::vector<std::string>& attempts);
  void FinishDoubt(const absl::Status& status, const std::map<uint64_t, std::string>& leaves);
  PartitionStatus::Phase PhaseAfter(const absl::Status& failed_claim) const;
  void OnLost(uint64_t epoch, AppendOutcome outcome);
  void Settle(const std::vector<std::pair<uint64_t, AppendReport>>& reports);
  void AnswerDurable(InFlight& in_flight);
  static void TellWaiters(InFlight& in_flight, bool durable);
  void EnterDoubt();
  void ResolveDoubt();
  // `ours`: the partition is served again, and what did not become durable is decided anew.
  void SettleDoubt(const std::map<uint64_t, std::string>& leaves, bool ours);
  void BeginRelease();
  void FinishReleaseIfIdle();
  void SetPhase(PartitionStatus::Phase phase);
  void StepDown(PartitionStatus::Phase phase, const absl::Status& why);
  void RefuseAll(const absl::Status& why);
  absl::Status SaveCheckpoint();
  // Deletes some of the answers that are given no more.
  void ForgetOldRequests();
  void FinishShutdownIfIdle();

  // --- barriers (partition_barriers.cc) ---
  // No other node had taken over when a call came, or not long before.
  bool OwnedSince(absl::Time arrived) const;
  // The number of the append that must become durable before what the entry shows may be told to a call that came then; absent if
  // it may be told at once. Appends a barrier if need be.
  absl::StatusOr<std::optional<uint64_t>> ProofFor(const CaseEntry& entry, absl::Time arrived);
  // At a turn's end: sees to it that something is appended behind which barriers can wait.
  void HandleBarriers();
  absl::Status AppendBarrier();

  // --- commands (partition_commands.cc) ---
  void HandleCommands();
  void Handle(PendingPtr command);
  bool AnswerKnownRequest(PendingPtr& command);
  void AnswerFromRecord(PendingPtr command, const RecordPlace& place);
  RequestMemory MemoryOfRequestsAt(absl::Time now) const;
  // What is remembered now.
  RequestMemory MemoryOfRequests() const;
  void DecideCommand(PendingPtr command);
  void RefuseAfter(const CaseEntry& entry, PendingPtr command, absl::Status refusal);
  void ReadStateSince(const Uuid& scope, absl::Time arrived, absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read);
  DecisionContext MakeContext(const CommandRequest& request, const std::shared_ptr<const RuleSetSource>& rule_sets) const;
  Uuid ScopeOf(const CommandRequest& request, const DecisionContext& context) const;
  absl::StatusOr<CaseEntry*> Case(const Uuid& scope);
  // Evolves the entry and appends; on error everything is as before.
  absl::Status AppendRecord(const Uuid& scope, CaseEntry& entry, WriteInput input, PendingPtr& command);
  // After a record that was not sent: makes appended_ what it was.
  void FoldInFlight();
  absl::Status SendRecord(WrittenRecord written, std::optional<Uuid> scope, PendingPtr& command);
  void WhenDurable(uint64_t append, absl::AnyInvocable<void(bool)> waiter);
  void Reply(Pending& command, absl::StatusOr<CommandAnswer> answer);
  CommandAnswer AnswerOf(std::shared_ptr<const RecordedCommand> record) const;
  absl::Time NextRecordedAt(absl::Time not_before = absl::InfinitePast()) const;

  // --- imports and gates (partition_imports.cc) ---
  void HandleImports();
  // False if the log takes no records now.
  bool Import(const ImportItem& item);
  void PutBack(ImportItem item);
  void CheckImportedLeaf(const ImportItem& item);
  void NoteForeignProgress(const ImportItem& item);
  void SaveForeignCheckpoint(const std::string& log_id, ReaderCheckpoint checkpoint);
  bool MustWait(const CommandRequest& request) const;
  void ParkCommand(PendingPtr command, bool fresh);
  // `fresh`: also until all foreign logs have been imported to their ends.
  void Park(const std::vector<ConsistencyToken>& tokens, bool fresh, absl::Time deadline,
            absl::AnyInvocable<void(absl::Status)> release);
  std::optional<ConsistencyToken> DurableHead() const;
  void AskForeignEnds(uint64_t parked_id);
  void CheckParked();
  void ReleaseParked(std::list<Parked>::iterator it, absl::Status outcome);

  const EngineParts& parts_;
  const uint32_t partition_;
  const std::vector<ForeignLog> foreign_logs_;

  mutable Mutex mutex_;
  Inbox inbox_ ABSL_GUARDED_BY(mutex_);
  bool scheduled_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  size_t waiting_commands_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_imports_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t import_epoch_ ABSL_GUARDED_BY(mutex_) = 0;  // Counts the readings of foreign logs.
  PartitionStatus published_ ABSL_GUARDED_BY(mutex_);

  // All below: the strand alone.
  PartitionStatus status_;
  std::unique_ptr<LogSession> session_;
  uint64_t session_epoch_ = 0;  // Reports of an ended session are ignored.
  std::optional<LogFold> durable_;
  std::optional<LogFold> appended_;  // durable_ and what is in flight.
  uint64_t first_in_flight_ = 1;     // Append number of in_flight_.front().
  std::deque<InFlight> in_flight_;
  std::map<std::string, uint64_t> in_flight_requests_;  // Request key → append number.
  std::deque<PendingPtr> waiting_;
  std::deque<ImportItem> import_queue_;
  CaseCache cases_;
  std::list<Parked> parked_;
  uint64_t next_parked_id_ = 1;
  std::map<std::string, uint64_t> seen_;           // Foreign log id → next_idx that has been decided on here.
  std::map<std::string, uint64_t> skipped_;        // Foreign log id → records since the last one that was written here.
  std::map<std::string, uint64_t> saved_foreign_;  // Foreign log id → next_idx of the saved checkpoint.
  absl::Time promised_ = absl::InfinitePast();     // Nothing is recorded at or before this any more.
  bool import_room_wanted_ = false;
  bool imports_paused_ = false;
  std::map<std::string, absl::Status> import_pauses_;  // Foreign log id → why its importer stands still for now.
  AppendReport last_report_;                           // Of the last durable record.
  // When the last claim or record was sent that is known to be valid: nobody else owned the partition before that.
  absl::Time owned_at_ = absl::InfinitePast();
  uint64_t records_since_checkpoint_ = 0;
  uint64_t remembered_from_ = 0;  // The stored requests of all records before have been forgotten.
  int failed_take_overs_ = 0;
  ImportCallbacks import_callbacks_;
  std::function<void(absl::Status)> on_stopped_;
  Task on_shutdown_;
  bool shut_down_ = false;  // For good.
  std::vector<Task> on_released_;
  absl::AnyInvocable<void(absl::Status)> on_acquired_;
  bool claiming_ = false;                // A claim is on its way.
  std::vector<std::string> own_claims_;  // Since the partition was last known to be ours: one of them may be the last.
  struct WaitingBarrier {
    uint64_t behind = 0;  // Number of the last append at the time of the call.
    absl::AnyInvocable<void(bool durable)> waiter;
  };
  std::vector<WaitingBarrier> barriers_;
  std::atomic<bool> wants_imports_{false};
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_PARTITION_H_
