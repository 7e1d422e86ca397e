// The port to partitions wherever their owners are: what a node asks of the logs' owners, be they in this process or another one.
#ifndef SIP_LIBS_ROUTING_PARTITION_ACCESS_H_
#define SIP_LIBS_ROUTING_PARTITION_ACCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/engine/command_executor.h"
#include "libs/engine/partition.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/valid_record.h"

namespace sip {

// Thread-safe. Every `done` is called exactly once, on any thread, perhaps before the call returns. A status for which IsNotOwner
// (not_owner.h) says so means that somebody else must be asked, with the same request id.
class PartitionAccess {
 public:
  using RecordsDone = absl::AnyInvocable<void(absl::StatusOr<std::vector<ValidRecord>>)>;
  using ImportDone = absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)>;
  using BarrierDone = absl::AnyInvocable<void(absl::StatusOr<Watermark>)>;
  virtual ~PartitionAccess() = default;

  // Carries a command of the log out; its deadline is in the request.
  virtual void Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) = 0;
  // The durable records of a case, or of one stream of a shared log.
  virtual void ReadScope(const std::string& log, const Uuid& scope, absl::Time deadline, RecordsDone done) = 0;
  // See ContextEngine::AwaitImport.
  virtual void AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) = 0;
  // See Partition::Barrier.
  virtual void Barrier(const std::string& log, uint32_t partition, absl::Time deadline, BarrierDone done) = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_PARTITION_ACCESS_H_
