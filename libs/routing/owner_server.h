// Answers the peers of this node for the partitions that it owns: a gRPC server of its own, apart from the one for clients.
#ifndef SIP_LIBS_ROUTING_OWNER_SERVER_H_
#define SIP_LIBS_ROUTING_OWNER_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/routing/partition_access.h"
#include "libs/routing/peer_security.h"

namespace sip {

class OwnerServer {
 public:
  struct Options {
    std::string listen_address = "127.0.0.1:0";  // Port 0: any free one.
    PeerSecurity security;
    // Names of the nodes that are answered; with TLS, a certificate must name one of them.
    std::vector<std::string> peers;
  };
  // `local` answers what the node itself owns, and never asks another one: a question is passed on once at most. It outlives the
  // server. INVALID_ARGUMENT says what to change: an address beyond the loopback without TLS, files that cannot be read;
  // UNAVAILABLE: the address cannot be had.
  static absl::StatusOr<std::unique_ptr<OwnerServer>> Start(const Options& options, PartitionAccess& local);
  virtual ~OwnerServer() = default;

  virtual int port() const = 0;
  // Refuses new questions, answers those in flight for at most `drain`. The destructor does it at once.
  virtual void Stop(absl::Duration drain) = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_OWNER_SERVER_H_
