// How the nodes of an installation know each other: mutual TLS with certificates that name the node as the URI sip:node:<name>.
#ifndef SIP_LIBS_ROUTING_PEER_SECURITY_H_
#define SIP_LIBS_ROUTING_PEER_SECURITY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace sip {

// The prefix of the certificate's URI that names the node.
inline constexpr char kNodeUriPrefix[] = "sip:node:";

// All three or none; without them, peers are on the loopback.
struct PeerSecurity {
  std::string ca_file{};
  std::string certificate_file{};
  std::string key_file{};

  bool tls() const { return !ca_file.empty() || !certificate_file.empty() || !key_file.empty(); }
};

// For `address` ("host:port"). INVALID_ARGUMENT says what is missing or cannot be read.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> PeerServerCredentials(const PeerSecurity& security,
                                                                               const std::string& address);
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> PeerChannelCredentials(const PeerSecurity& security,
                                                                                 const std::string& address);

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_PEER_SECURITY_H_
