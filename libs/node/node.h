// What every process of an installation is composed of: the logs, the engines of those whose partitions it may own, the way to the
// other nodes' partitions, the rule sets. Services and views are put on top of it (service_part.h).
//
// Without kafka.brokers it is the only node, on the embedded log, and owns everything. With them it shares the partitions with
// other nodes of the same process, and any of them may be asked anything.
#ifndef SIP_LIBS_NODE_NODE_H_
#define SIP_LIBS_NODE_NODE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/codec/codec.h"
#include "libs/config/config.h"
#include "libs/engine/executor.h"
#include "libs/engine/timer.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/log_kafka/ownership_group.h"
#include "libs/node/cluster_link.h"
#include "libs/node/hosted_log.h"
#include "libs/node/node_logs.h"
#include "libs/node/rule_set_follower.h"
#include "libs/rocks/database.h"
#include "libs/routing/local_access.h"
#include "libs/routing/router.h"
#include "libs/rules/rule_book.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// Not thread-safe but for what it hands out, Health and UpdateMetrics.
class Node {
 public:
  struct Definition {
    std::string process;  // "sip-plans"
    // Contexts whose logs this process hosts.
    std::vector<std::unique_ptr<ContextModel>> contexts;
    // Reads the other logs too.
    bool reads_all_logs = false;
  };

  // Opens the data folder (and makes it) and the logs, takes the partitions over that it should own, publishes the rule sets of the
  // configured folder if it hosts their log, and begins to import. Blocks. A status says what is wrong and what to change.
  // `on_stopped` is called, on any thread, when nothing more can be recorded: the process should end.
  static absl::StatusOr<std::unique_ptr<Node>> Open(const Config& config, Clock& clock, Definition definition,
                                                    const std::function<void(absl::Status)>& on_stopped);
  ~Node();

  // The commands of a log, wherever its partitions are owned. Crashes for a log that is not hosted here.
  CommandExecutor& commands(absl::string_view log_name);
  // Partitions of all logs that this node reads, wherever they are owned.
  PartitionAccess& partitions();
  // Crashes if this node does not read it.
  EventLog& log(absl::string_view log_name) { return logs_->log(log_name); }
  // Null for a log that is not hosted here.
  const StreamStore* streams(absl::string_view log_name) const;
  const Codec& codec() const { return codec_; }
  const RuleBook& rule_book() const { return rule_book_; }
  const AgencyDirectory& agencies() const { return agencies_; }
  RocksResources& resources() { return *resources_; }
  // Under which pseudonymous ids are derived. Of processes that host sip.subjects; else empty.
  const std::string& installation_key() const { return installation_key_; }
  absl::TimeZone zone() const { return zone_; }
  Timer& timer() { return *timer_; }
  Clock& clock() { return clock_; }
  const Config& config() const { return config_; }

  // OK if the logs are well and every partition that this node should own serves and imports.
  absl::Status Health() const;
  void UpdateMetrics(Metrics& metrics) const;
  // Lines about what was found, for the operator who starts the process.
  std::vector<std::string> Found() const { return logs_->Found(); }

  // Gives up its partitions once what is in flight is durable, leaves the group, stops answering other nodes, closes the logs.
  // Blocks. A second call does nothing.
  void Shutdown();

 private:
  Node(const Config& config, Clock& clock, std::string process);

  absl::Status Load(Definition definition, const std::function<void(absl::Status)>& on_stopped);
  absl::Status LoadInstallationKey();
  absl::Status OpenLogs(const std::function<void(absl::Status)>& on_stopped);
  absl::Status OpenHostedLogs(std::vector<std::unique_ptr<ContextModel>> contexts, const std::string& endpoint);
  absl::Status StartAlone(const std::function<void(absl::Status)>& on_stopped);
  absl::Status StartInCluster(const std::function<void(absl::Status)>& on_stopped);
  absl::Status JoinGroup();
  void WantShares(const OwnershipGroup::Shares& shares, Task given_up);
  absl::Status PublishOwnRuleSets();
  void AskOwner(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done);
  void GiveUpPartitions();
  bool Hosts(absl::string_view log_name) const { return hosted_.find(log_name) != hosted_.end(); }

  const Config config_;
  Clock& clock_;
  const std::string process_;
  absl::TimeZone zone_;
  std::string installation_key_;
  AgencyDirectory agencies_;
  RuleBook rule_book_;
  Codec codec_;
  std::vector<std::string> log_names_;     // Those that are read.
  std::vector<std::string> hosted_names_;  // In the order of starting: what others depend on first.
  std::unique_ptr<RocksResources> resources_;
  std::unique_ptr<NodeLogs> logs_;
  std::unique_ptr<ThreadTimer> timer_;
  std::unique_ptr<ThreadPool> claims_;
  std::unique_ptr<ThreadPool> pool_;
  std::map<std::string, std::unique_ptr<HostedLog>, std::less<>> hosted_;
  std::map<std::string, std::unique_ptr<RoutedExecutor>, std::less<>> routed_;
  LocalAccess local_;
  std::unique_ptr<ClusterLink> link_;  // Null without a cluster, as the group with static ownership.
  std::unique_ptr<OwnershipGroup> group_;
  std::unique_ptr<RuleSetFollower> rule_follower_;
  bool shut_down_ = false;
};

}  // namespace sip

#endif  // SIP_LIBS_NODE_NODE_H_
