// The nodes of an installation as the configuration names them (cluster.nodes), and the partitions that it gives one
// (cluster.partitions).
#ifndef SIP_LIBS_NODE_CLUSTER_NODES_H_
#define SIP_LIBS_NODE_CLUSTER_NODES_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

struct ClusterNode {
  std::string process;  // "sip-plans"
  std::string name;     // "plans-1"; no other node has it.
  std::string address;  // Where it answers other nodes, "host:port".
};

// From "process/name=host:port,…"; spaces around entries do not count. INVALID_ARGUMENT names the entry and what is wrong with it.
absl::StatusOr<std::vector<ClusterNode>> ParseClusterNodes(absl::string_view text);

// From "0-7,12". INVALID_ARGUMENT names the part that is no partition below 1024 and no range of them.
absl::StatusOr<std::set<uint32_t>> ParsePartitions(absl::string_view text);

// What partitions of a log with `partition_count` are among `partitions`.
std::set<uint32_t> PartitionsOfLog(const std::set<uint32_t>& partitions, uint32_t partition_count);

}  // namespace sip

#endif  // SIP_LIBS_NODE_CLUSTER_NODES_H_
