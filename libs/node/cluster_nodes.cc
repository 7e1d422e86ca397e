#include "libs/node/cluster_nodes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/config/values.h"
#include "libs/domain/stored_logs.h"

namespace sip {
namespace {

constexpr uint32_t kMaxPartitions = 1024;

absl::StatusOr<ClusterNode> ParseNode(absl::string_view entry) {
  const std::vector<absl::string_view> sides = absl::StrSplit(entry, absl::MaxSplits('=', 1));
  const std::vector<absl::string_view> names = absl::StrSplit(sides[0], '/');
  const bool complete = sides.size() == 2 && names.size() == 2 && !names[0].empty() && !names[1].empty() && IsAddress(sides[1]);
  if (!complete) {
    return absl::InvalidArgumentError(absl::StrCat("cluster.nodes: '", entry, "': expected process/name=host:port"));
  }
  if (!ProcessNames().contains(std::string(names[0]))) {
    return absl::InvalidArgumentError(
        absl::StrCat("cluster.nodes: '", entry, "': expected one of the processes ", absl::StrJoin(ProcessNames(), ", ")));
  }
  return ClusterNode{std::string(names[0]), std::string(names[1]), std::string(sides[1])};
}

absl::StatusOr<std::pair<uint32_t, uint32_t>> ParseRange(absl::string_view part) {
  const std::vector<absl::string_view> ends = absl::StrSplit(part, '-');
  uint32_t first = 0;
  uint32_t last = 0;
  const bool numbers = ends.size() <= 2 && absl::SimpleAtoi(ends.front(), &first) && absl::SimpleAtoi(ends.back(), &last);
  if (!numbers || first > last || last >= kMaxPartitions) {
    return absl::InvalidArgumentError(
        absl::StrCat("cluster.partitions: '", part, "': expected a partition below ", kMaxPartitions, ", or a range such as 0-7"));
  }
  return std::make_pair(first, last);
}

}  // namespace

absl::StatusOr<std::vector<ClusterNode>> ParseClusterNodes(absl::string_view text) {
  std::vector<ClusterNode> nodes;
  for (const absl::string_view entry : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    SIP_ASSIGN_OR_RETURN(ClusterNode node, ParseNode(absl::StripAsciiWhitespace(entry)));
    const bool twice = std::any_of(nodes.begin(), nodes.end(), [&](const ClusterNode& other) { return other.name == node.name; });
    if (twice) return absl::InvalidArgumentError(absl::StrCat("cluster.nodes: two nodes are called '", node.name, "'"));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

absl::StatusOr<std::set<uint32_t>> ParsePartitions(absl::string_view text) {
  std::set<uint32_t> partitions;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    SIP_ASSIGN_OR_RETURN(const auto range, ParseRange(absl::StripAsciiWhitespace(part)));
    for (uint32_t partition = range.first; partition <= range.second; ++partition) partitions.insert(partition);
  }
  return partitions;
}

std::set<uint32_t> PartitionsOfLog(const std::set<uint32_t>& partitions, uint32_t partition_count) {
  return {partitions.begin(), partitions.lower_bound(partition_count)};
}

}  // namespace sip
