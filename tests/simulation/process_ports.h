// The ports through which a simulated process meets the world. At each call the process can be killed: nothing of what it does from
// then on reaches anybody, as when a machine stops between two instructions.
#ifndef SIP_TESTS_SIMULATION_PROCESS_PORTS_H_
#define SIP_TESTS_SIMULATION_PROCESS_PORTS_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/engine/executor.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/event_log.h"
#include "tests/simulation/environment.h"

namespace sip {

// Whether one process still lives. Shared with whatever may call it back.
class Life {
 public:
  explicit Life(Environment& environment) : environment_(environment) {}
  bool ended() const { return ended_; }
  void End() { ended_ = true; }
  // Before a call to the outside: OK, or UNAVAILABLE because the process has ended, perhaps right now.
  absl::Status Step();
  Environment& environment() { return environment_; }

 private:
  Environment& environment_;
  bool ended_ = false;
};

// The time as one machine has it.
class OffsetClock final : public Clock {
 public:
  OffsetClock(const Environment& environment, absl::Duration offset) : environment_(environment), offset_(offset) {}
  absl::Time Now() override { return environment_.now + offset_; }

 private:
  const Environment& environment_;
  const absl::Duration offset_;
};

// A stream store that loses what was not flushed when its process is killed.
class CrashableStore final : public StreamStore {
 public:
  CrashableStore();

  // The process that uses it from now on.
  void Attach(std::shared_ptr<Life> life) { life_ = std::move(life); }
  // The process was killed: of what was applied since the last flush, a part stays.
  void Crash(Environment& environment);
  void Wipe();
  // A write has failed since the process was attached.
  bool failed() const { return failed_; }

  absl::Status Apply(const StreamStoreBatch& batch) override;
  absl::Status Flush() override;
  absl::StatusOr<ReaderCheckpoint> LoadCheckpoint(uint32_t partition) const override;
  absl::StatusOr<ReaderCheckpoint> LoadForeignCheckpoint(uint32_t partition, absl::string_view foreign_log_id) const override;
  absl::StatusOr<std::optional<ImportedTo>> LoadImportedTo(uint32_t partition, absl::string_view foreign_log_id) const override;
  absl::Status ReadScope(uint32_t partition, const Uuid& scope,
                         const std::function<absl::Status(ValidRecord)>& visit) const override;
  absl::StatusOr<ValidRecord> ReadRecord(const RecordPlace& place) const override;
  absl::StatusOr<std::optional<RecordPlace>> FindPosition(uint32_t partition, uint64_t idx) const override;
  absl::StatusOr<std::optional<RecordPlace>> FindRequest(absl::string_view request_key) const override;
  absl::StatusOr<uint64_t> LoadRememberedFrom(uint32_t partition) const override;

 private:
  std::shared_ptr<Life> life_;
  std::unique_ptr<StreamStore> stored_;
  std::vector<StreamStoreBatch> batches_;
  size_t flushed_ = 0;
  bool failed_ = false;
};

// A log as one process reaches it.
class ProcessLog final : public EventLog {
 public:
  // Answers that come later are put into `later`; `meanwhile` lets others act while this process is busy.
  ProcessLog(EventLog& log, std::shared_ptr<Life> life, std::deque<Task>& later, std::function<void()> meanwhile)
      : log_(log), life_(std::move(life)), later_(later), meanwhile_(std::move(meanwhile)) {}

  const LogIdentity& identity() const override { return log_.identity(); }
  absl::StatusOr<std::unique_ptr<LogSession>> Claim(uint32_t partition, const ReaderCheckpoint& from, const ClaimantInfo& claimant,
                                                    const std::function<absl::Status(ValidRecordPtr)>& deliver) override;
  absl::StatusOr<std::unique_ptr<LogTail>> Tail(std::vector<TailStart> starts) override;
  void End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) override;
  bool OthersCanOwn() const override { return log_.OthersCanOwn(); }

 private:
  EventLog& log_;
  const std::shared_ptr<Life> life_;
  std::deque<Task>& later_;
  const std::function<void()> meanwhile_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_PROCESS_PORTS_H_
