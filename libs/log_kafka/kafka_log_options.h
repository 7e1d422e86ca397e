// What the logs of an installation on Kafka need to know.
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_LOG_OPTIONS_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_LOG_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_connection.h"

namespace sip {

struct KafkaLogOptions {
  KafkaConnection connection;
  // In front of each log's name: "region." makes the topic of sip.plans region.sip.plans.
  std::string topic_prefix;
  std::vector<std::string> logs;  // By name.

  // How the operator keeps acknowledged records through a loss of power (docs/runbooks): the brokers have eligible leader replicas,
  // as he declares, or each record is flushed, which is asserted.
  enum class Durability { kEligibleLeaderReplicas, kFlushEachRecord };
  Durability durability = Durability::kEligibleLeaderReplicas;
  // At least so many replicas, and so many in sync, must be set. Less than 3 and 2 is for tests alone.
  int replicas = 3;
  int replicas_in_sync = 2;
  // librdkafka's mock knows no settings of topics.
  bool assert_settings = true;

  // An append that is not reported within this is in doubt.
  absl::Duration append_timeout = absl::Seconds(10);
  // How long a request to the cluster may take before it counts as unavailable.
  absl::Duration request_timeout = absl::Seconds(10);
  // How long a broker waits for new records before it answers a reader. Who claims a partition learns only then that there are
  // none; tails follow quiet logs all day, each of them asking again and again.
  absl::Duration fetch_wait = absl::Milliseconds(20);
  absl::Duration tail_fetch_wait = absl::Milliseconds(100);
  // How often owners without work look whether somebody else wrote into their partition.
  absl::Duration ownership_interval = absl::Milliseconds(500);
  // How often settings, leaders and the last record read are compared again.
  absl::Duration check_interval = absl::Minutes(1);
  // Appends of one session beyond these are refused with RESOURCE_EXHAUSTED.
  size_t queue_records = 100'000;
  size_t queue_bytes = size_t{64} << 20;
  // Memory of one reader for records fetched ahead.
  size_t fetch_bytes = size_t{32} << 20;

  // What EventLog::End asks: the owner, who appends an empty command (the engine's Barrier). Any thread.
  using EndDone = absl::AnyInvocable<void(absl::StatusOr<LogEnd>)>;
  std::function<void(const std::string& log, uint32_t partition, EndDone done)> ask_owner;
  // Further settings of librdkafka's clients, for tests.
  KafkaSettings more_settings{};
  // For tests: while it says so, appends are refused as if the queue were full.
  std::function<bool()> is_full{};

  std::string TopicOf(const std::string& log) const { return topic_prefix + log; }
};

struct Config;

// As the keys kafka.* say; `logs` and `ask_owner` are left to the caller.
KafkaLogOptions KafkaLogOptionsOf(const Config& config);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_LOG_OPTIONS_H_
