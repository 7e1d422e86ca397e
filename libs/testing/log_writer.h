// An owner of one partition that appends numbered commands for ever, as the engine does it: pipelined, and after doubt it claims
// again, folds, and sends again what is not in the log. For tests that break what lies below.
#ifndef SIP_LIBS_TESTING_LOG_WRITER_H_
#define SIP_LIBS_TESTING_LOG_WRITER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/testing/log_records.h"

namespace sip {

// Thread-safe.
class LogWriter {
 public:
  struct Options {
    uint32_t partition = 0;
    std::string name = "w";  // Payloads are "w0", "w1", …
    size_t in_flight = 200;
    uint64_t count = UINT64_MAX;  // It holds the partition, idle, when so many are acknowledged.
    // Called for each payload that is acknowledged, in order, before acknowledged() counts it.
    std::function<void(absl::string_view payload)> acknowledged{};
  };

  // Starts. `log` outlives it.
  LogWriter(EventLog& log, Options options);
  ~LogWriter();

  // Until so many are acknowledged in all; false if it has ended, or a minute has passed, before.
  bool AwaitAcknowledged(uint64_t count);
  // Until it has ended by itself; its verdict: ABORTED if another owner has fenced it, otherwise why its partition stopped.
  absl::Status AwaitEnd();
  // Ends it; what is in flight is in doubt.
  void Stop();

  uint64_t acknowledged() const;
  uint64_t doubts() const;  // How often its session was over, or a claim was not answered.

 private:
  void Work();
  absl::Status TakeOver();
  absl::Status WriteUntilOver();
  void CountDoubt();
  absl::Status Deliver(const ValidRecordPtr& record);
  void OnReport(const AppendReport& report);
  void Acknowledge() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  EventLog& log_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Record> pending_ ABSL_GUARDED_BY(mutex_);  // Sent, and not yet known to be in the log.
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t doubts_ ABSL_GUARDED_BY(mutex_) = 0;
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;  // The session is over.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status verdict_ ABSL_GUARDED_BY(mutex_);
  PartitionReader known_ ABSL_GUARDED_BY(mutex_);  // With all that was acknowledged.
  // The thread's.
  LogFold ahead_;
  std::vector<std::string> own_claims_;  // One of them may be the last.
  std::unique_ptr<LogSession> session_;
  std::thread thread_;
};

// The payloads of all valid commands of a partition, from Genesis to the end: what its history says.
// `at_least`: a broker that does not know yet that it leads no more may show an earlier end; so many are waited for, within reason.
absl::StatusOr<std::vector<std::string>> ReadHistory(EventLog& log, uint32_t partition, size_t at_least = 0);

// OK if each of `acknowledged` is in `history` once, in this order, and no payload is there twice.
absl::Status CheckHistory(const std::vector<std::string>& history, const std::vector<std::string>& acknowledged);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_LOG_WRITER_H_
