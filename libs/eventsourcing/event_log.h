// The port to an event log: one log of P partitions, claimed by at most one owner each, read by any number of readers.
// Implemented by log_memory, log_rocks and log_kafka; all pass the conformance suite in libs/testing. docs/log-format.md is
// the contract behind it.
#ifndef SIP_LIBS_EVENTSOURCING_EVENT_LOG_H_
#define SIP_LIBS_EVENTSOURCING_EVENT_LOG_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/prepared_command.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/valid_record.h"

namespace sip {

// Who a log is; from its Genesis records.
struct LogIdentity {
  std::string installation_id;  // 16 bytes.
  std::string log_id;           // 16 bytes.
  std::string name;             // "sip.plans".
  uint32_t partition_count = 0;
};

// Where a reader of one partition stands: the backend's own position behind the last folded record, that record's leaf, and the
// whole fold state. The default stands before the first record.
struct ReaderCheckpoint {
  uint64_t cursor = 0;       // Private to the backend (Kafka: next offset; embedded: next chunk).
  uint64_t head_cursor = 0;  // Where the record lies whose leaf is `fold.head`: compared with the log again when reading goes on.
  FoldState fold;

  friend bool operator==(const ReaderCheckpoint&, const ReaderCheckpoint&) = default;
};

// What became of an append.
enum class AppendOutcome {
  kDurable,  // Valid in the log, for ever.
  kFenced,   // Another owner has the partition: it is not in the log and never will be.
  kUnknown,  // Cannot be told now: the session is over; claim again and fold to find out.
};

// What a session reports of one append.
struct AppendReport {
  AppendOutcome outcome = AppendOutcome::kUnknown;
  // If durable: `cursor` and `head_cursor` of a checkpoint of a reader that has folded this record. Such a reader may meet the
  // record again (a copy is void).
  uint64_t resume_cursor = 0;
  uint64_t record_cursor = 0;
};

// Writes one partition under one claim. Not thread-safe: one strand calls it. Callbacks run on the log's thread, in the order of
// the appends, and must be quick; with some logs they run within Append or EndBatch. Destroying the session ends it: appends still
// in flight are reported kUnknown before the destructor returns, and no callback runs after. Destroy it before the log.
class LogSession {
 public:
  using Done = absl::AnyInvocable<void(AppendReport)>;
  virtual ~LogSession() = default;

  // Where a reader stands that has folded up to and including the own Claim.
  virtual const ReaderCheckpoint& claimed() const = 0;

  // Pipelined, first in first out. `command` must be the next valid command of the partition, behind those appended before it. Not
  // OK means not queued, and `done` is never called:
  //   RESOURCE_EXHAUSTED (with a Rejection): the queue is full or the disk reserve reached; try again later;
  //   UNAVAILABLE with a Rejection: nothing may be recorded now, as its reason says; the session goes on, try again later;
  //   INVALID_ARGUMENT: the record is larger than kMaxRecordBytes;
  //   INTERNAL: it is not the next valid command, a defect of the caller;
  //   ABORTED, UNAVAILABLE without one: kFenced, kUnknown has been found for an earlier append; the session is over.
  virtual absl::Status Append(const PreparedCommand& command, Done done) = 0;

  // Between BeginBatch and EndBatch the log may keep appends back to write them as one. Only a hint: they may also be written, and
  // reported, before. EndBatch without BeginBatch does nothing.
  virtual void BeginBatch() {}
  // `write_here`: the caller has nothing else to do; the log may write on its thread, also for other sessions, and the reports come
  // before it returns. The caller then holds no lock that a callback of any session takes.
  virtual void EndBatch(bool write_here) { static_cast<void>(write_here); }

  // Calls `on_lost`, at most once and on any thread, when the session is found to be over: kFenced, or kUnknown. Appends in flight
  // have been reported by then. For owners that have nothing to append; a log may leave it to the next append to find out.
  virtual void SetOnLost(absl::AnyInvocable<void(AppendOutcome)> on_lost) { static_cast<void>(on_lost); }
};

// What a tail delivers at once. A partition appears in `progress` when a record of it was folded, even if none was valid, and now
// and then when only its cursor moved.
struct TailBatch {
  std::vector<ValidRecordPtr> records;
  struct Progress {
    uint32_t partition = 0;
    ReaderCheckpoint checkpoint;  // Behind the last of `records` of that partition.
  };
  std::vector<Progress> progress;
  bool at_end = false;  // Nothing durable is known beyond this batch.
  struct Ended {
    uint32_t partition = 0;
    absl::Time at;
  };
  // All that was recorded in the partition until then lies in this batch, or before it. Where that is not known, because who keeps
  // the log has not said so lately, the partition is missing.
  std::vector<Ended> ended{};
};

// Reads many partitions of one log through one reader. Not thread-safe, except Cancel.
class LogTail {
 public:
  virtual ~LogTail() = default;
  // The next valid records, at most about `max_records`; waits up to `wait` if there are none (0 = do not wait), then returns an
  // empty batch, which says nothing without `at_end`: a log that lies elsewhere may need longer.
  // Any error is final: DATA_LOSS and INTERNAL stop the partition, UNAVAILABLE the reader, CANCELLED after Cancel. What concerns a
  // partition names log (or topic) and partition.
  virtual absl::StatusOr<TailBatch> Read(size_t max_records, absl::Duration wait) = 0;
  // Ends a waiting Read, from any thread.
  virtual void Cancel() = 0;
};

struct TailStart {
  uint32_t partition = 0;
  ReaderCheckpoint checkpoint;
};

// Where a partition stands.
struct LogEnd {
  uint64_t next_idx = 0;  // Every append acknowledged before the call has a lower idx.
};

// What an owner says of itself in its Claim.
struct ClaimantInfo {
  std::string node;
  std::string endpoint;
  std::string build;
  // The rest is not in the Claim. If not empty: the partition is only claimed if one of these claims was the last to win; otherwise
  // ABORTED, after all records were delivered. For an owner in doubt: if somebody else has taken over, so be it.
  std::vector<std::string> only_after{};
  // Told the id of the Claim before it is sent: it may be in the log also when Claim fails.
  std::function<void(const std::string& claim_id)> on_attempt{};

  bool MayFollow(const std::string& last_claim) const {
    return only_after.empty() || std::find(only_after.begin(), only_after.end(), last_claim) != only_after.end();
  }
};

// Thread-safe.
class EventLog {
 public:
  virtual ~EventLog() = default;
  virtual const LogIdentity& identity() const = 0;

  // Takes the partition over: folds from `from` to the end and hands each valid record to `deliver`, appends a Claim with a new id,
  // folds up to and including it. All earlier sessions of the partition are fenced. ABORTED if another node won the race or
  // `claimant` does not want to follow the last claim, DATA_LOSS / INTERNAL if the partition is stopped. Blocks.
  virtual absl::StatusOr<std::unique_ptr<LogSession>> Claim(uint32_t partition, const ReaderCheckpoint& from,
                                                            const ClaimantInfo& claimant,
                                                            const std::function<absl::Status(ValidRecordPtr)>& deliver) = 0;

  // A reader of the given partitions. DATA_LOSS if a checkpoint is of another history, or lies beyond the end. Destroy it before
  // the log.
  virtual absl::StatusOr<std::unique_ptr<LogTail>> Tail(std::vector<TailStart> starts) = 0;

  // A position after every append, by any node, that was acknowledged before the call. `done` may run at once or on the log's
  // thread.
  virtual void End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) = 0;

  // Where the owner answers whom the last Claim names that a reader of this process has met (ClaimantInfo::endpoint); absent if
  // none has. Asks nobody: it may be the owner of before.
  virtual std::optional<std::string> LastOwner(uint32_t partition) const {
    static_cast<void>(partition);
    return std::nullopt;
  }

  // Whether a node other than this process can own a partition (then rejections need a barrier, docs/log-format.md).
  virtual bool OthersCanOwn() const = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_EVENT_LOG_H_
