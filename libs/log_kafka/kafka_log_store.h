// The logs of an installation on an Apache Kafka cluster, one topic a log. docs/log-format.md says what lies in them and who may
// write.
//
// Nothing here uses transactions: claims in the log fence owners, contiguous offsets and the fold tell what became of an append.
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_LOG_STORE_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_LOG_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_statistics.h"

namespace sip {

// Thread-safe. Sessions and tails must be destroyed before it.
class KafkaLogStore {
 public:
  // Connects, asserts the topics' settings and reads who the logs are. Blocks. UNAVAILABLE if the brokers do not answer; NOT_FOUND
  // or FAILED_PRECONDITION with what to do if topics are missing, empty, not safe, or of different installations; DATA_LOSS if they
  // hold something else.
  static absl::StatusOr<std::unique_ptr<KafkaLogStore>> Open(KafkaLogOptions options);
  virtual ~KafkaLogStore() = default;

  // Null if there is no such log. Lives as long as the store.
  virtual EventLog* log(absl::string_view name) = 0;
  // OK while the settings of all topics were safe when they were looked at last, and the cluster answered.
  virtual absl::Status health() const = 0;
  // Of all logs, by name. Cheap; for metrics.
  virtual std::vector<KafkaLogStatistics> statistics() const = 0;
};

// A log to be made.
struct NewKafkaLog {
  std::string name;
  uint32_t partition_count = 0;
  // What its topic is made with: as the options say, or else this. The settings must be safe (topic_settings.h).
  int replicas = 0;
  std::map<std::string, std::string> settings{};
};

// What InitKafkaLogs did for one log.
struct InitialisedKafkaLog {
  LogIdentity identity;
  bool topic_made = false;
  uint32_t genesis_written = 0;  // Partitions that got their Genesis; the others had it.
};

// Makes the topics that are missing, and writes Genesis into partitions that are empty. May be repeated after any failure; must not
// run twice at the same time. All logs get the installation id of those that have one, else `installation_id` (16 bytes).
// FAILED_PRECONDITION if a topic has another number of partitions. `make_topics`: false for clusters where somebody else makes
// them. `report`, if given, gets each log that was done, also if a later one fails.
absl::Status InitKafkaLogs(const KafkaLogOptions& options, const std::vector<NewKafkaLog>& logs, const std::string& installation_id,
                           bool make_topics = true, std::vector<InitialisedKafkaLog>* report = nullptr);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_LOG_STORE_H_
