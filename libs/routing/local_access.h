// The partitions that this process owns.
#ifndef SIP_LIBS_ROUTING_LOCAL_ACCESS_H_
#define SIP_LIBS_ROUTING_LOCAL_ACCESS_H_

#include <map>
#include <string>

#include "libs/engine/context_engine.h"
#include "libs/engine/stream_store.h"
#include "libs/routing/partition_access.h"

namespace sip {

// Answers for the logs that were added, and with NotOwnerStatus for all others.
class LocalAccess final : public PartitionAccess {
 public:
  // Before anything else is called; both outlive this.
  void Add(ContextEngine& engine, const StreamStore& streams);

  void Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) override;
  void ReadScope(const std::string& log, const Uuid& scope, absl::Time deadline, RecordsDone done) override;
  void AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) override;
  void Barrier(const std::string& log, uint32_t partition, absl::Time deadline, BarrierDone done) override;

 private:
  struct Context {
    ContextEngine* engine = nullptr;
    const StreamStore* streams = nullptr;
  };
  const Context* Find(const std::string& log) const;

  std::map<std::string, Context> contexts_;
};

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_LOCAL_ACCESS_H_
