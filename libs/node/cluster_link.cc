#include "libs/node/cluster_link.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"
#include "libs/domain/stored_logs.h"
#include "libs/routing/peer_access.h"

namespace sip {
namespace {

constexpr absl::Duration kQuietPoll = absl::Milliseconds(5);

std::set<std::string> LogsOf(const std::string& process) {
  std::set<std::string> names;
  for (const StoredLog& log : StoredLogs()) {
    if (process == kAllInOneProcess || log.process == process) names.insert(log.name);
  }
  return names;
}

bool IsThisNode(const Config& config, const std::string& process, const ClusterNode& node) {
  return node.process == process && node.name == config.node_name;
}

PeerSecurity SecurityOf(const Config& config) {
  return {config.cluster_ca_file, config.cluster_certificate_file, config.cluster_key_file};
}

}  // namespace

absl::StatusOr<std::string> AddressOfThisNode(const Config& config, const std::string& process) {
  SIP_ASSIGN_OR_RETURN(const std::vector<ClusterNode> nodes, ParseClusterNodes(config.cluster_nodes));
  const auto self = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return IsThisNode(config, process, node); });
  if (self != nodes.end()) return self->address;
  return absl::InvalidArgumentError(absl::StrCat("cluster.nodes has no entry ", process, "/", config.node_name,
                                                 "=host:port for this node; set it, or node_name"));
}

absl::StatusOr<std::unique_ptr<ClusterLink>> ClusterLink::Open(Parts parts) {
  const Config& config = parts.config;
  SIP_ASSIGN_OR_RETURN(const std::vector<ClusterNode> nodes, ParseClusterNodes(config.cluster_nodes));
  SIP_ASSIGN_OR_RETURN(const std::string address, AddressOfThisNode(config, parts.process));
  OwnerServer::Options options;
  options.listen_address = config.cluster_listen_address.empty() ? address : config.cluster_listen_address;
  options.security = SecurityOf(config);
  for (const ClusterNode& node : nodes) options.peers.push_back(node.name);
  std::unique_ptr<ClusterLink> link(new ClusterLink());
  // Who owns nothing is asked nothing.
  if (!LogsOf(parts.process).empty()) {
    SIP_ASSIGN_OR_RETURN(link->server_, OwnerServer::Start(options, parts.local));
  }
  SIP_RETURN_IF_ERROR(link->Connect(parts, nodes, address));
  return link;
}

absl::Status ClusterLink::Connect(const Parts& parts, const std::vector<ClusterNode>& nodes, const std::string& address) {
  const Config& config = parts.config;
  std::vector<Router::Peer> peers;
  for (const ClusterNode& node : nodes) {
    std::set<std::string> logs = LogsOf(node.process);
    if (logs.empty() || IsThisNode(config, parts.process, node)) continue;
    SIP_ASSIGN_OR_RETURN(std::unique_ptr<PartitionAccess> peer, NewPeerAccess(node.address, SecurityOf(config)));
    peers.push_back({peer.get(), std::move(logs), node.address});
    peers_.push_back(std::move(peer));
  }
  Router::Options options;
  options.longest_wait = config.cluster_longest_wait;
  options.calls = config.cluster_calls;
  Router::Parts router{parts.local, parts.clock, parts.timer, parts.partition_counts, std::move(peers), address, parts.last_owner};
  router_ = std::make_unique<Router>(std::move(router), options);
  return absl::OkStatus();
}

void ClusterLink::UpdateMetrics(Metrics& metrics) const {
  metrics.GetGauge("sip_cluster_calls", "Calls for partitions, own and others', that are under way.")
      .Set(static_cast<double>(router_->calls_under_way()));
}

void ClusterLink::Stop(absl::Duration drain) {
  if (server_ != nullptr) server_->Stop(drain);
}

void ClusterLink::AwaitQuiet(absl::Duration limit) const {
  const absl::Duration until = MonotonicNow() + limit;
  Pause pause;
  while (router_->calls_under_way() > 0 && MonotonicNow() < until) pause.Take(kQuietPoll);
}

}  // namespace sip
