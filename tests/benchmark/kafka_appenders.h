// Ways of getting records into one partition of a topic and hearing that they are durable: our own, and what it is held against.
#ifndef SIP_TESTS_BENCHMARK_KAFKA_APPENDERS_H_
#define SIP_TESTS_BENCHMARK_KAFKA_APPENDERS_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "tests/benchmark/in_flight.h"

namespace sip {

// Records that are made before the clock starts: as a session takes them, and the same bytes for all others.
struct AppendLoad {
  std::vector<PreparedCommand> commands;
  std::vector<std::string> frames;
};

struct AppendTimes {
  double per_second = 0;
  std::vector<absl::Duration> latencies;  // From the call to the report, of each record.
};

class Appender {
 public:
  virtual ~Appender() = default;
  // Appends the load, always `in_flight` at a time, and waits for all of it. An error ends the program.
  AppendTimes Run(const AppendLoad& load, size_t in_flight);

 protected:
  // Reported is called for it, on any thread.
  virtual void Send(const AppendLoad& load, size_t number) = 0;
  void Reported(size_t number);

 private:
  InFlight in_flight_;
  std::vector<absl::Duration> sent_;
  std::vector<absl::Duration> latencies_;
};

// A LogSession, and thereby all that log_kafka does.
class SessionAppender final : public Appender {
 public:
  // Claims partition 0.
  explicit SessionAppender(EventLog& log);
  // The next records of the log, with a content of so many bytes that do not compress well. They must be run, in this order.
  AppendLoad Prepare(size_t count, size_t content_bytes);

 private:
  void Send(const AppendLoad& load, size_t number) override;

  std::unique_ptr<LogSession> session_;
  LogFold ahead_;
};

// librdkafka's producer with the settings of a claim's, and nothing around it: bytes that are there already, no copy.
class BareAppender final : public Appender {
 public:
  BareAppender(const KafkaLogOptions& options, const std::string& topic);
  ~BareAppender() override;

 private:
  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  void Send(const AppendLoad& load, size_t number) override;

  KafkaPtr<rd_kafka_t> client_;
  KafkaPtr<rd_kafka_topic_t> topic_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// What Kafka offers in place of claims: a transactional producer, which fences its predecessors. Whatever has queued up becomes one
// transaction, and is durable when that is committed.
class TransactionAppender final : public Appender {
 public:
  TransactionAppender(const KafkaLogOptions& options, const std::string& topic);
  ~TransactionAppender() override;
  // How many records a transaction had, on average.
  double RecordsPerTransaction() const;

 private:
  void Send(const AppendLoad& load, size_t number) override;
  void Work();
  void Commit(const std::vector<std::pair<size_t, const std::string*>>& records);

  KafkaPtr<rd_kafka_t> client_;
  KafkaPtr<rd_kafka_topic_t> topic_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::pair<size_t, const std::string*>> queued_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t transactions_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_KAFKA_APPENDERS_H_
