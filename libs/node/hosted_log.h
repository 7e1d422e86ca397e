// One log whose partitions this process may own: its engine and stream store, and where other nodes can own partitions too, the
// standby and the keeper.
#ifndef SIP_LIBS_NODE_HOSTED_LOG_H_
#define SIP_LIBS_NODE_HOSTED_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/codec/codec.h"
#include "libs/config/config.h"
#include "libs/engine/context_engine.h"
#include "libs/engine/executor.h"
#include "libs/engine/ownership_keeper.h"
#include "libs/engine/parts.h"
#include "libs/engine/standby.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/rocks/database.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// Not thread-safe but for what it hands out, Want, Health and UpdateMetrics.
class HostedLog {
 public:
  // All of it outlives the log.
  struct Parts {
    const Config& config;
    EventLog& log;
    RocksResources& resources;
    const Codec& codec;
    Clock& clock;
    Executor& executor;
    Executor& claims;
    Timer& timer;
    absl::TimeZone zone;
    const AgencyDirectory& agencies;
    RuleSetSnapshot rule_sets;
    ClaimantInfo claimant;
    std::function<EventLog&(absl::string_view name)> other_log;  // Those that the model imports from.
  };
  static absl::StatusOr<std::unique_ptr<HostedLog>> Open(const Parts& parts, std::unique_ptr<ContextModel> model);
  ~HostedLog();

  // Where nobody else can own them: takes all partitions over, and blocks until that is done.
  absl::Status Start() { return engine_->Start(); }
  // Where others can: begins to follow the partitions that are not owned.
  void StartStandby();
  // From now on these partitions should be owned; `given_up` runs when the others have been.
  void Want(std::set<uint32_t> partitions, Task given_up);
  void StartImports() { engine_->StartImports(); }

  ContextEngine& engine() { return *engine_; }
  StreamStore& streams() { return *streams_; }
  // OK if every partition that should be owned serves and imports.
  absl::Status Health() const;
  void UpdateMetrics(Metrics& metrics) const;

  // Owns nothing new from now on.
  void StopKeeping();
  void Shutdown(Task done) { engine_->Shutdown(std::move(done)); }

 private:
  explicit HostedLog(Clock& clock) : clock_(clock) {}
  void UpdateLags(Metrics& metrics) const;
  absl::Status HealthOf(uint32_t partition) const;

  Clock& clock_;
  std::unique_ptr<ContextModel> model_;
  std::unique_ptr<StreamStore> streams_;
  std::unique_ptr<Standby> standby_;  // Null where nobody else can own partitions, as the keeper.
  std::unique_ptr<ContextEngine> engine_;
  std::shared_ptr<OwnershipKeeper> keeper_;
};

}  // namespace sip

#endif  // SIP_LIBS_NODE_HOSTED_LOG_H_
