// sipd as a whole: write side, read side, gRPC server and metrics endpoint, started and stopped in the right order.
#ifndef SIP_SERVICES_SIPD_SERVER_H_
#define SIP_SERVICES_SIPD_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/metrics.h"
#include "services/sipd/read_side.h"
#include "services/sipd/write_side.h"

namespace sip {

class SipServer {
 public:
  // Prints on standard output where it listens, what it found and how long it took. `on_stopped` is called at most once, on any
  // thread, when the process must end.
  static absl::StatusOr<std::unique_ptr<SipServer>> Start(const Config& config, Clock& clock,
                                                          const std::function<void(absl::Status)>& on_stopped);
  ~SipServer();

  // Refuses new calls, finishes what is in flight within the configured time, closes everything. A second call does nothing.
  void Stop();

 private:
  SipServer(const Config& config, Clock& clock);

  absl::Status StartRpc();
  void AddServices();
  absl::Status StartHttp();
  void PrintStarted(absl::Duration took) const;

  const Config config_;
  Clock& clock_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<WriteSide> write_side_;
  std::unique_ptr<ReadSide> read_side_;
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<HttpEndpoint> http_;
  bool stopped_ = false;
};

}  // namespace sip

#endif  // SIP_SERVICES_SIPD_SERVER_H_
