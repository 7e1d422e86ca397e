// A whole process: configuration, node, parts, gRPC server and metrics endpoint, started and stopped in the right order. Every
// main() is one call of RunProcess.
#ifndef SIP_LIBS_NODE_PROCESS_H_
#define SIP_LIBS_NODE_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/node/health_watch.h"
#include "libs/node/node.h"
#include "libs/node/service_part.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// Not thread-safe.
class Process {
 public:
  // Prints on standard output where it listens, what it found and how long it took. `on_stopped` is called, on any thread, when the
  // process must end.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const Config& config, Clock& clock, const std::string& name,
                                                        std::vector<ServicePart> parts,
                                                        const std::function<void(absl::Status)>& on_stopped);
  ~Process();

  // Refuses new calls and finishes what is in flight within the configured time; then the parts stop, the partitions are handed
  // over and the logs closed. A second call does nothing.
  void Stop();

 private:
  Process(const Config& config, Clock& clock);

  absl::Status OpenNode(const std::string& name, std::vector<ServicePart> parts,
                        const std::function<void(absl::Status)>& on_stopped);
  absl::Status StartRpc();
  absl::Status StartHttp();
  void PrintStarted(absl::Duration took) const;
  absl::Status Health() const;
  // Says SERVING or NOT_SERVING as Health does, again and again.
  void WatchHealth();

  const Config config_;
  Clock& clock_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Node> node_;
  std::vector<std::unique_ptr<RunningPart>> parts_;
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<HttpEndpoint> http_;
  std::unique_ptr<HealthWatch> health_;
  bool stopped_ = false;
};

// Exit codes: 0 stopped as asked (or text printed), 2 configuration refused, 3 could not start, 4 stopped because nothing more
// could be recorded.
int RunProcess(int argc, char** argv, const std::string& name, std::vector<ServicePart> parts);

}  // namespace sip

#endif  // SIP_LIBS_NODE_PROCESS_H_
