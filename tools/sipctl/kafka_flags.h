// The flags of commands that work on the logs of a Kafka cluster, and the configuration behind them.
#ifndef SIP_TOOLS_SIPCTL_KAFKA_FLAGS_H_
#define SIP_TOOLS_SIPCTL_KAFKA_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "tools/sipctl/exit_code.h"

namespace sip {

// Where the topics are named if nobody says otherwise.
constexpr char kTopicsFile[] = "deploy/topics.yaml";

// The logs of an installation, and how their cluster is reached.
struct KafkaSite {
  KafkaLogOptions options;  // Its `logs` are those below.
  std::vector<NewKafkaLog> logs;
};

enum class FromEnvironment { kYes, kNo };

// What the servers' configuration file says of Kafka, with the environment over it if asked for; `config_file` may be empty then
// (SIP_CONFIG, or the environment alone). INVALID_ARGUMENT or NOT_FOUND, with what to do, if file or environment are wrong, name no
// brokers, or the topics file does not fit them.
absl::StatusOr<KafkaSite> LoadKafkaSite(const std::string& config_file, const std::string& topics_file,
                                        FromEnvironment environment);

// For what the functions of log_kafka and log_copy return.
ExitCode ExitCodeOfLogs(const absl::Status& status);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_KAFKA_FLAGS_H_
