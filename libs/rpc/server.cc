#include "libs/rpc/server.h"

#include <arpa/inet.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/edge.h"
#include "libs/rpc/health.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

constexpr int kMaxMetadataBytes = 64 << 10;
// A frame over this is refused by the transport, without details; the API's own limit lies below, so that its refusals have some.
constexpr size_t kMinTransportBytes = 4 << 20;
constexpr int kMaxStreamsPerConnection = 1024;
// For how long nothing must have come before gRPC shuts down, and how long that is waited for.
constexpr absl::Duration kQuiet = absl::Milliseconds(20);
constexpr absl::Duration kLongestQuiet = absl::Seconds(1);

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be read"));
  if (!absl::StrContains(content.str(), "-----BEGIN ")) return absl::InvalidArgumentError(absl::StrCat(path, ": is not PEM"));
  return content.str();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> TlsCredentials(const ServerOptions& options) {
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  SIP_ASSIGN_OR_RETURN(pair.private_key, ReadPem(options.key_file));
  SIP_ASSIGN_OR_RETURN(pair.cert_chain, ReadPem(options.certificate_file));
  SIP_ASSIGN_OR_RETURN(tls.pem_root_certs, ReadPem(options.client_ca_file));
  tls.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(tls);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsFor(const ServerOptions& options) {
  const std::string* const files[] = {&options.certificate_file, &options.key_file, &options.client_ca_file};
  const auto given = std::count_if(std::begin(files), std::end(files), [](const std::string* file) { return !file->empty(); });
  if (given != 0 && given != 3) {
    return absl::InvalidArgumentError(
        "tls.certificate_file, tls.key_file and tls.client_ca_file go together: set all three or none");
  }
  const bool tls = given == 3;
  if (!tls && !IsLoopback(options.listen_address)) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen_address = '", options.listen_address,
                     "' can be reached from outside: set the three tls files, or listen on 127.0.0.1"));
  }
  if (options.development_identity && (tls || !IsLoopback(options.listen_address))) {
    return absl::InvalidArgumentError(
        "development_identity believes whatever a caller says: it needs a loopback address without tls");
  }
  if (tls) return TlsCredentials(options);
  return grpc::InsecureServerCredentials();
}

// Null if there is none.
absl::StatusOr<std::shared_ptr<const TrustedEdge>> EdgeFor(const ServerOptions& options) {
  if (options.edge.empty()) return nullptr;
  if (options.client_ca_file.empty()) {
    return absl::InvalidArgumentError("tls.edge is known by its certificate: set the three tls files, or leave it empty");
  }
  SIP_ASSIGN_OR_RETURN(const std::string authorities, ReadPem(options.client_ca_file));
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<const TrustedEdge> edge, TrustedEdge::Create(options.edge, authorities));
  return edge;
}

void Configure(const ServerOptions& options, grpc::ServerBuilder& builder) {
  const size_t transport_bytes = std::max(kMinTransportBytes, 2 * options.limits.request_bytes);
  builder.SetMaxReceiveMessageSize(static_cast<int>(transport_bytes));
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // Two servers on one port would share the calls between them.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A small compressed request may be a large one.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
}

}  // namespace

ServerOptions ServerOptionsOf(const Config& config) {
  ServerOptions options;
  options.listen_address = config.listen_address;
  options.certificate_file = config.tls_certificate_file;
  options.key_file = config.tls_key_file;
  options.client_ca_file = config.tls_client_ca_file;
  options.edge = config.tls_edge;
  options.development_identity = config.development_identity;
  options.limits.request_bytes = config.limits_request_bytes;
  options.limits.text_bytes = config.limits_text_bytes;
  options.limits.list_items = config.limits_list_items;
  options.limits.edits = config.limits_edits;
  options.limits.in_flight = config.limits_in_flight;
  options.limits.deadline = config.limits_deadline;
  return options;
}

bool IsLoopback(absl::string_view address) {
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) return false;
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Create(ServerOptions options, const AgencyDirectory& agencies,
                                                             Metrics& metrics, Clock& clock) {
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<grpc::ServerCredentials> credentials, CredentialsFor(options));
  SIP_ASSIGN_OR_RETURN(std::shared_ptr<const TrustedEdge> edge, EdgeFor(options));
  return std::unique_ptr<RpcServer>(
      new RpcServer(std::move(options), agencies, metrics, clock, std::move(credentials), std::move(edge)));
}

RpcServer::RpcServer(ServerOptions options, const AgencyDirectory& agencies, Metrics& metrics, Clock& clock,
                     std::shared_ptr<grpc::ServerCredentials> credentials, std::shared_ptr<const TrustedEdge> edge)
    : options_(std::move(options)), credentials_(std::move(credentials)), health_(std::make_unique<HealthService>()) {
  environment_.limits = options_.limits;
  environment_.development_identity = options_.development_identity;
  environment_.edge = std::move(edge);
  environment_.agencies = &agencies;
  environment_.metrics = &metrics;
  environment_.clock = &clock;
}

RpcServer::~RpcServer() { Stop(absl::ZeroDuration()); }

void RpcServer::AddService(std::unique_ptr<RpcService> service) {
  SIP_CHECK(server_ == nullptr);
  services_.push_back(std::move(service));
}

absl::Status RpcServer::Start() {
  SIP_CHECK(server_ == nullptr);
  std::vector<std::string> missing;
  for (const auto& service : services_) {
    for (std::string& method : service->MissingMethods()) missing.push_back(std::move(method));
  }
  if (!missing.empty()) return absl::InternalError(absl::StrCat("no handler for ", absl::StrJoin(missing, ", ")));

  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  Configure(options_, builder);
  builder.AddListeningPort(options_.listen_address, credentials_, &port_);
  builder.RegisterService(health_.get());
  for (const auto& service : services_) builder.RegisterService(&service->Build());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    server_ = nullptr;
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.listen_address,
                     ": the address is taken or not this machine's, or certificate and key do not match"));
  }
  SetAllServing(false);
  if (options_.development_identity) {
    LogWarning("development_identity", {{"meaning", "every caller is believed to be whom it says; never use this with real data"}});
  }
  LogInfo("grpc_listening", {{"address", OperatorText(options_.listen_address)}, {"port", port_}});
  return absl::OkStatus();
}

void RpcServer::SetServing(absl::string_view service, bool serving) { health_->Set(service, serving); }

void RpcServer::SetAllServing(bool serving) {
  for (const auto& service : services_) health_->Set(service->full_name(), serving);
  health_->Set("", serving);
}

// gRPC answers what comes while it shuts down with a bare CANCELLED. So it is told to only when callers have understood that they
// are refused: for a moment, nothing has come and nothing is being served.
void RpcServer::AwaitQuiet(absl::Duration limit) {
  const absl::Duration until = MonotonicNow() + limit;
  Pause pause;
  uint64_t arrived = 0;
  do {
    arrived = environment_.arrived;
    pause.Take(std::min(kQuiet, limit));
  } while (MonotonicNow() < until && (environment_.in_flight > 0 || environment_.arrived != arrived));
}

void RpcServer::Stop(absl::Duration drain) {
  if (server_ == nullptr) return;
  health_->Stop();
  environment_.stopping = true;
  const absl::Duration begun = MonotonicNow();
  AwaitQuiet(std::min(drain, kLongestQuiet));
  drain = std::max(absl::ZeroDuration(), drain - (MonotonicNow() - begun));
  // gRPC wants the system clock's time here.
  server_->Shutdown(absl::ToChronoTime(SystemClock().Now() + drain));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace sip
