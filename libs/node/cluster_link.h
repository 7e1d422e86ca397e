// How a node meets the others: answers them for what it owns, and asks them for what they do.
#ifndef SIP_LIBS_NODE_CLUSTER_LINK_H_
#define SIP_LIBS_NODE_CLUSTER_LINK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/engine/timer.h"
#include "libs/node/cluster_nodes.h"
#include "libs/routing/owner_server.h"
#include "libs/routing/partition_access.h"
#include "libs/routing/router.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// Not thread-safe but for the router.
class ClusterLink {
 public:
  struct Parts {
    const Config& config;
    std::string process;
    PartitionAccess& local;  // Outlives the link.
    Clock& clock;
    Timer& timer;
    std::map<std::string, uint32_t> partition_counts;  // Of all logs that may be asked for.
    // EventLog::LastOwner of these.
    std::function<std::optional<std::string>(const std::string& log, uint32_t partition)> last_owner;
  };
  // INVALID_ARGUMENT says what to change in the configuration: this node is not among cluster.nodes, nodes beyond the loopback
  // without certificates; UNAVAILABLE: the address is taken.
  static absl::StatusOr<std::unique_ptr<ClusterLink>> Open(Parts parts);

  PartitionAccess& router() { return *router_; }
  void UpdateMetrics(Metrics& metrics) const;
  // Answers nobody any more, those in flight within `drain`.
  void Stop(absl::Duration drain);
  // Until no call is under way, for at most `limit`. Before the link is destroyed.
  void AwaitQuiet(absl::Duration limit) const;

 private:
  ClusterLink() = default;
  // `address`: of this node.
  absl::Status Connect(const Parts& parts, const std::vector<ClusterNode>& nodes, const std::string& address);

  std::unique_ptr<OwnerServer> server_;
  std::vector<std::unique_ptr<PartitionAccess>> peers_;
  std::unique_ptr<Router> router_;
};

// Where this node answers others, as its Claims say: its own entry in cluster.nodes. INVALID_ARGUMENT if there is none.
absl::StatusOr<std::string> AddressOfThisNode(const Config& config, const std::string& process);

}  // namespace sip

#endif  // SIP_LIBS_NODE_CLUSTER_LINK_H_
