#include "libs/routing/peer_security.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/server.h"

namespace sip {
namespace {

struct Pem {
  std::string ca;
  std::string certificate;
  std::string key;
};

absl::StatusOr<std::string> ReadFile(const std::string& path, absl::string_view what) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!text.empty()) return text;
  return absl::InvalidArgumentError(absl::StrCat("TLS between nodes needs ", what, ": cannot read '", path, "'"));
}

absl::StatusOr<Pem> ReadPem(const PeerSecurity& security) {
  Pem pem;
  SIP_ASSIGN_OR_RETURN(pem.ca, ReadFile(security.ca_file, "the certificate of the nodes' authority"));
  SIP_ASSIGN_OR_RETURN(pem.certificate, ReadFile(security.certificate_file, "the node's certificate"));
  SIP_ASSIGN_OR_RETURN(pem.key, ReadFile(security.key_file, "the node's key"));
  return pem;
}

absl::Status CheckPlain(const std::string& address) {
  if (IsLoopback(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("nodes meet at ", address, ", beyond the loopback: that needs certificates of the nodes"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> PeerServerCredentials(const PeerSecurity& security,
                                                                               const std::string& address) {
  if (!security.tls()) {
    SIP_RETURN_IF_ERROR(CheckPlain(address));
    return grpc::InsecureServerCredentials();
  }
  SIP_ASSIGN_OR_RETURN(const Pem pem, ReadPem(security));
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = pem.ca;
  options.pem_key_cert_pairs.push_back({pem.key, pem.certificate});
  return grpc::SslServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> PeerChannelCredentials(const PeerSecurity& security,
                                                                                 const std::string& address) {
  if (!security.tls()) {
    SIP_RETURN_IF_ERROR(CheckPlain(address));
    return grpc::InsecureChannelCredentials();
  }
  SIP_ASSIGN_OR_RETURN(const Pem pem, ReadPem(security));
  return grpc::SslCredentials({pem.ca, pem.key, pem.certificate});
}

}  // namespace sip
