// Who should own which partition, shared out among the nodes of one process by a Kafka consumer group: only a hint, the log alone
// decides (docs/architecture.md, "Several nodes"). Reads nothing from the topics.
//
// Partitions move one at a time and only those that must (cooperative-sticky): a node is told what it is to give up, says when that
// is done, and only then is another node told to take it.
#ifndef SIP_LIBS_LOG_KAFKA_OWNERSHIP_GROUP_H_
#define SIP_LIBS_LOG_KAFKA_OWNERSHIP_GROUP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

class OwnershipGroup {
 public:
  // By name of log; a log that is missing has none.
  using Shares = std::map<std::string, std::set<uint32_t>>;

  struct Options {
    // Whose instances share the logs: the group is called `topic_prefix` and this.
    std::string process;
    std::string node;
    std::vector<std::string> logs;
    // A node that is not heard of for so long is taken to be dead. At least what the brokers allow.
    absl::Duration session_timeout = absl::Seconds(6);
    // Who does not give a partition up within this has it taken away: its records are void then.
    absl::Duration longest_release = absl::Minutes(1);
    // Called on the group's thread with all that this node is to own from now on; others are to be given up, and `given_up` called
    // when they are, on any thread.
    std::function<void(const Shares& shares, absl::AnyInvocable<void()> given_up)> on_change;
  };

  // Returns at once; shares come when the group has agreed. INVALID_ARGUMENT for settings that librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<OwnershipGroup>> Join(const KafkaLogOptions& kafka, Options options);
  // Leaves, if that has not been done.
  virtual ~OwnershipGroup() = default;

  // Gives everything up and leaves, so that others take over at once. Blocks.
  virtual void Leave() = 0;
  // Whether the group has given this node its shares, be they none.
  virtual bool joined() const = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_OWNERSHIP_GROUP_H_
