// The logs that a node reads and may own: embedded in its data folder, or on a Kafka cluster.
#ifndef SIP_LIBS_NODE_NODE_LOGS_H_
#define SIP_LIBS_NODE_NODE_LOGS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/config/config.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/rocks/database.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// Thread-safe but for Close. Sessions and tails must be destroyed before it.
class NodeLogs {
 public:
  virtual ~NodeLogs() = default;
  // Crashes if it was not opened with that log.
  virtual EventLog& log(absl::string_view name) = 0;
  // OK while records can be written safely, as far as is known.
  virtual absl::Status Health() const = 0;
  virtual void UpdateMetrics(Metrics& metrics) const = 0;
  // Lines about what was found, for the operator who starts the process.
  virtual std::vector<std::string> Found() const = 0;
  virtual absl::Status Close() = 0;
};

// In the configured data folder, which is made if it is not there. `on_stopped`: nothing more can be recorded.
absl::StatusOr<std::unique_ptr<NodeLogs>> OpenEmbeddedLogs(const Config& config, const std::vector<std::string>& names,
                                                           RocksResources& resources,
                                                           const std::function<void(absl::Status)>& on_stopped);

// On the configured cluster. `ask_owner`: see KafkaLogOptions.
absl::StatusOr<std::unique_ptr<NodeLogs>> OpenKafkaLogs(
    const Config& config, const std::vector<std::string>& names,
    const std::function<void(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done)>& ask_owner);

}  // namespace sip

#endif  // SIP_LIBS_NODE_NODE_LOGS_H_
