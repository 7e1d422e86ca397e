// A part of a process: contexts that it hosts, and what it serves over gRPC. Every service is one; sipd has all of them.
#ifndef SIP_LIBS_NODE_SERVICE_PART_H_
#define SIP_LIBS_NODE_SERVICE_PART_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/node/node.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// What a part does while the process runs. Not thread-safe but for Health and UpdateMetrics.
class RunningPart {
 public:
  virtual ~RunningPart() = default;
  // Outlives the server.
  virtual void AddServices(RpcServer& server) = 0;
  virtual absl::Status Health() const { return absl::OkStatus(); }
  virtual void UpdateMetrics(Metrics& metrics) const { static_cast<void>(metrics); }
  // After the server has stopped, before the node does.
  virtual void Stop() {}
};

struct ServicePart {
  // In the order of StoredLogs().
  std::vector<std::unique_ptr<ContextModel>> contexts{};
  // Reads all logs, not only those of its contexts.
  bool reads_all_logs = false;
  // May block; `node` outlives what it returns.
  std::function<absl::StatusOr<std::unique_ptr<RunningPart>>(Node& node)> open;
};

// A part that only adds gRPC services.
inline std::function<absl::StatusOr<std::unique_ptr<RunningPart>>(Node& node)> ServicesOnly(
    std::function<void(Node& node, RpcServer& server)> add) {
  class Running final : public RunningPart {
   public:
    Running(Node& node, std::function<void(Node&, RpcServer&)> add) : node_(node), add_(std::move(add)) {}
    void AddServices(RpcServer& server) override { add_(node_, server); }

   private:
    Node& node_;
    const std::function<void(Node&, RpcServer&)> add_;
  };
  return [add = std::move(add)](Node& node) -> absl::StatusOr<std::unique_ptr<RunningPart>> {
    return std::make_unique<Running>(node, add);
  };
}

}  // namespace sip

#endif  // SIP_LIBS_NODE_SERVICE_PART_H_
