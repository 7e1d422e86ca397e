// A claim that holds: appends through its producer, and what became of them (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_SESSION_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_SESSION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/ordered_callbacks.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/claim_producer.h"
#include "libs/log_kafka/kafka_counters.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/report_judge.h"

namespace sip {

// The part of a session that outlives it in callbacks. Thread-safe.
class KafkaSessionCore : public std::enable_shared_from_this<KafkaSessionCore> {
 public:
  // Reads the records of [from, to) of the partition and hands each over.
  using GapReader =
      std::function<absl::Status(uint64_t from, uint64_t to, const std::function<absl::Status(const RecordView&)>& visit)>;

  KafkaSessionCore(const KafkaLogOptions& options, KafkaPartitionCounters& counters, std::string name, LogFold fold,
                   uint64_t claim_offset, GapReader read_gap);

  // From now on reports are taken. `producer` lives until End.
  void Begin(ClaimProducer& producer);
  absl::Status Append(const PreparedCommand& command, LogSession::Done done);
  // No report is taken after; what is in flight is reported as unknown.
  void End();

  void SetOnLost(absl::AnyInvocable<void(AppendOutcome)> on_lost);
  // The log ends at `end` now, says the broker. Finds out whether somebody else wrote.
  void NoteEnd(uint64_t end);
  // False: nothing may be appended for the time being, because an assertion about the topic does not hold. True when it holds
  // again.
  void SetSafe(bool safe);

 private:
  enum class Over { kNo, kFenced, kUnknown };
  struct InFlight {
    std::string frame;
    RecordFacts facts;
    absl::Duration sent;  // By the monotonic clock.
  };

  absl::Status StepAhead(const RecordFacts& facts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnReport(uint64_t number, rd_kafka_resp_err_t code, int64_t offset);
  void TellDurable(uint64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(judging_);
  void OnTick();
  absl::StatusOr<Ruling> Judge(bool error, int64_t offset, const RecordFacts& facts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(judging_);
  absl::Status ReadGap(uint64_t to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(judging_);
  void Finish(Over over);
  absl::Status CheckTakes(const PreparedCommand& command) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const KafkaLogOptions& options_;
  KafkaPartitionCounters& counters_;
  const std::string name_;
  const GapReader read_gap_;
  OrderedCallbacks<AppendReport> callbacks_;

  // Held while a report is judged, also while a gap is read, until its callback has run: what was found durable is told before
  // anybody can find that the session is over. Taken before mutex_.
  Mutex judging_;
  ReportJudge judge_ ABSL_GUARDED_BY(judging_);

  Mutex mutex_;
  ClaimProducer* producer_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Over over_ ABSL_GUARDED_BY(mutex_) = Over::kNo;
  LogFold ahead_ ABSL_GUARDED_BY(mutex_);  // With everything that was sent.
  bool safe_ ABSL_GUARDED_BY(mutex_) = true;
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;      // Of the next append.
  uint64_t first_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // Number of in_flight_.front().
  std::deque<InFlight> in_flight_ ABSL_GUARDED_BY(mutex_);
  size_t in_flight_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::AnyInvocable<void(AppendOutcome)> on_lost_ ABSL_GUARDED_BY(mutex_);
};

class KafkaSession final : public LogSession {
 public:
  KafkaSession(ReaderCheckpoint claimed, std::shared_ptr<KafkaSessionCore> core, std::unique_ptr<ClaimProducer> producer);
  ~KafkaSession() override;

  const ReaderCheckpoint& claimed() const override { return claimed_; }
  absl::Status Append(const PreparedCommand& command, Done done) override { return core_->Append(command, std::move(done)); }
  void SetOnLost(absl::AnyInvocable<void(AppendOutcome)> on_lost) override { core_->SetOnLost(std::move(on_lost)); }

 private:
  const ReaderCheckpoint claimed_;
  const std::shared_ptr<KafkaSessionCore> core_;
  const std::unique_ptr<ClaimProducer> producer_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_SESSION_H_
