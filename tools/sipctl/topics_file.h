// The file that names the topics of an installation on Kafka, such as deploy/topics.yaml.
#ifndef SIP_TOOLS_SIPCTL_TOPICS_FILE_H_
#define SIP_TOOLS_SIPCTL_TOPICS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_log_store.h"

namespace sip {

// Each log of the file with its partitions, replicas and settings, in the order of the file. INVALID_ARGUMENT names every mistake
// at once: what it does not know, what is missing, what is not safe by `options` and what it should be. `path` is for the messages.
absl::StatusOr<std::vector<NewKafkaLog>> ParseTopics(absl::string_view text, const std::string& path,
                                                     const KafkaLogOptions& options);

// The same of a file. NOT_FOUND, with what to do, if it cannot be read.
absl::StatusOr<std::vector<NewKafkaLog>> ReadTopicsFile(const std::string& path, const KafkaLogOptions& options);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_TOPICS_FILE_H_
