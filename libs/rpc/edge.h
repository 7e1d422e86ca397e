// A proxy at the edge that ends the clients' TLS, and passes on with each call the certificate that the client has shown there.
//
//   auto edge = TrustedEdge::Create("nord", client_ca_pem);   // INVALID_ARGUMENT says what to change
//   if ((*edge)->Is(uris_of_the_peer)) {                      // The peer's certificate is the edge's: URI sip:edge:nord.
//     auto uris = (*edge)->UrisOfClient(header, now);         // Whom the client's certificate names.
//   }
//
// The edge is believed in one thing only: that the client has the key of the certificate. Whether it is one of the accepted
// authorities' and not out of date is verified again, so that an edge that verifies too little lets nobody be somebody else.
#ifndef SIP_LIBS_RPC_EDGE_H_
#define SIP_LIBS_RPC_EDGE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

// The prefix of the certificate's URI that names an edge.
inline constexpr absl::string_view kEdgeUriPrefix = "sip:edge:";
// The metadata in which the edge passes the certificate on: PEM, with what a URI may not hold as %XX. One certificate, the
// client's.
inline constexpr absl::string_view kClientCertificateKey = "sip-client-certificate";

// Immutable, hence thread-safe.
class TrustedEdge {
 public:
  // `name` is what follows the prefix in the edge's certificate. `client_ca_pem` holds the authorities of clients, those between
  // the root and the certificates included.
  static absl::StatusOr<std::unique_ptr<const TrustedEdge>> Create(absl::string_view name, const std::string& client_ca_pem);
  virtual ~TrustedEdge() = default;
  TrustedEdge(const TrustedEdge&) = delete;
  TrustedEdge& operator=(const TrustedEdge&) = delete;

  // Whether a peer whose certificate holds these URIs is the edge.
  virtual bool Is(const std::vector<std::string>& uris) const = 0;
  // The URIs among the subject alternative names of the client's certificate. UNAUTHENTICATED, saying why, if it is none, not one
  // of the authorities', not for clients or not valid at `now`.
  virtual absl::StatusOr<std::vector<std::string>> UrisOfClient(absl::string_view escaped_pem, absl::Time now) const = 0;

 protected:
  TrustedEdge() = default;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_EDGE_H_
