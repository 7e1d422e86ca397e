// The partitions of another node, asked over gRPC.
#ifndef SIP_LIBS_ROUTING_PEER_ACCESS_H_
#define SIP_LIBS_ROUTING_PEER_ACCESS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/routing/partition_access.h"
#include "libs/routing/peer_security.h"

namespace sip {

// `address`: where its OwnerServer listens. A peer that cannot be reached gives NotOwnerStatus: somebody else may own the partition
// by now. Destroy it when no call is under way.
absl::StatusOr<std::unique_ptr<PartitionAccess>> NewPeerAccess(const std::string& address, const PeerSecurity& security);

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_PEER_ACCESS_H_
