// The gRPC server: where it listens, whom it believes, what it limits, how it stops.
//
//   auto server = RpcServer::Create(ServerOptionsOf(config), agencies, metrics, SystemClock());   // INVALID_ARGUMENT says what to
//   change
//   (*server)->AddService(NewPlanService((*server)->environment(), executor));
//   (*server)->Start();                       // Fails if an RPC has no handler, or the address is taken.
//   (*server)->SetServing("sip.plans.v1.PlanService", true);
//   …
//   (*server)->Stop(config.drain_timeout);    // Then stop what the services call.
#ifndef SIP_LIBS_RPC_SERVER_H_
#define SIP_LIBS_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/eventsourcing/context.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"
#include "libs/telemetry/metrics.h"

namespace grpc {
class Server;
class ServerCredentials;
}  // namespace grpc

namespace sip {

class HealthService;

struct ServerOptions {
  std::string listen_address = "127.0.0.1:0";  // Port 0: any free one.
  // All three or none. With them, a client must show a certificate of the client authorities, which names its agency.
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;
  // The name of the edge whose word on the client's certificate is taken (edge.h); empty: nobody's. With TLS only.
  std::string edge;
  bool development_identity = false;
  CallLimits limits;
};

ServerOptions ServerOptionsOf(const Config& config);

// Whether `address` ("host:port") can only be reached from this machine.
bool IsLoopback(absl::string_view address);

class RpcServer {
 public:
  // Refuses, with what to change: an address beyond loopback without TLS, some but not all TLS files, development identity beyond
  // loopback or with TLS, an edge without TLS, files that cannot be read. `agencies`, `metrics` and `clock` must outlive the
  // server.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Create(ServerOptions options, const AgencyDirectory& agencies, Metrics& metrics,
                                                           Clock& clock);
  // Stops at once if it has not been stopped.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  const CallEnvironment& environment() const { return environment_; }
  // Before Start.
  void AddService(std::unique_ptr<RpcService> service);
  // Listens. INTERNAL names every RPC without a handler; UNAVAILABLE that the address cannot be had. All services are NOT_SERVING
  // until SetServing says otherwise, but are answered.
  absl::Status Start();
  // The port that it listens on, after Start.
  int port() const { return port_; }

  // What health checks say of one service, or of the server as a whole under the name "".
  void SetServing(absl::string_view service, bool serving);
  // The same for all of them and the whole.
  void SetAllServing(bool serving);

  // Says NOT_SERVING, refuses new calls, lets those in flight finish for at most `drain`, then cancels them; returns when the last
  // has been answered. Whatever the services call must still work meanwhile. A second call does nothing.
  void Stop(absl::Duration drain);

 private:
  RpcServer(ServerOptions options, const AgencyDirectory& agencies, Metrics& metrics, Clock& clock,
            std::shared_ptr<grpc::ServerCredentials> credentials, std::shared_ptr<const TrustedEdge> edge);
  void AwaitQuiet(absl::Duration limit);

  const ServerOptions options_;
  CallEnvironment environment_;
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  const std::unique_ptr<HealthService> health_;
  std::vector<std::unique_ptr<RpcService>> services_;
  std::unique_ptr<grpc::Server> server_;  // After what it calls, so that it goes first.
  int port_ = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_SERVER_H_
