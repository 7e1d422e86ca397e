// The settings without which a topic is no safe log, and what to change where they are others. Pure but for AssertTopic, which asks
// the cluster (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_TOPIC_SETTINGS_H_
#define SIP_LIBS_LOG_KAFKA_TOPIC_SETTINGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

// What CreateTopics sets: each name and value. `replicas` is no setting but a property of the topic.
std::map<std::string, std::string> SafeTopicSettings(const KafkaLogOptions& options);

struct UnsafeSetting {
  std::string name;
  std::string found;  // "not set" if it is not there.
  std::string wanted;
};
// Every setting of `found` that is not safe.
std::vector<UnsafeSetting> FindUnsafeSettings(const KafkaLogOptions& options, const std::map<std::string, std::string>& found);

// FAILED_PRECONDITION that names every setting of `found` that is not safe, with the command that mends it.
absl::Status CheckTopicSettings(const KafkaLogOptions& options, const std::string& topic,
                                const std::map<std::string, std::string>& found);

// The settings of a topic as the cluster has them now.
absl::StatusOr<std::map<std::string, std::string>> FetchTopicSettings(rd_kafka_t* client, const std::string& topic,
                                                                      absl::Duration timeout);

// Whether this broker answers, by asking it for its own settings: OK also if it does not tell us.
absl::Status AskBroker(rd_kafka_t* client, int32_t broker, absl::Duration timeout);

// FAILED_PRECONDITION if settings or number of replicas are not safe; UNAVAILABLE if that cannot be told.
absl::Status AssertTopic(rd_kafka_t* client, const KafkaLogOptions& options, const std::string& topic);

// What a topic is made with.
struct NewTopic {
  std::string name;
  int partitions = 0;
  int replicas = 0;
  std::map<std::string, std::string> settings;
};
// Makes a topic; false if there is one already. Not all brokers know of it at once.
absl::StatusOr<bool> CreateTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewTopic& topic);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_TOPIC_SETTINGS_H_
