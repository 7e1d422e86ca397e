// One context's write side: its partitions, and the importers that feed them.
#ifndef SIP_LIBS_ENGINE_CONTEXT_ENGINE_H_
#define SIP_LIBS_ENGINE_CONTEXT_ENGINE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/engine/command_executor.h"
#include "libs/engine/importer.h"
#include "libs/engine/partition.h"
#include "libs/engine/parts.h"

namespace sip {

// Thread-safe but for construction and Start.
class ContextEngine final : public CommandExecutor {
 public:
  // `foreign_logs` must hold every log that the model imports from; `foreign_codec` knows the kinds imported.
  ContextEngine(EngineParts parts, const std::vector<ForeignLog>& foreign_logs, const Codec& foreign_codec);
  ~ContextEngine() override;

  // Takes over all partitions. Blocks; a non-OK status says what is wrong and what to do.
  absl::Status Start();
  // Instead of Start, or after it: see Partition::Acquire and Partition::Release.
  void Acquire(uint32_t partition, absl::AnyInvocable<void(absl::Status)> done);
  void Release(uint32_t partition, Task done);
  // Begins to import. After Start, once the foreign logs are there too.
  void StartImports();
  // Without threads: hands over one batch of each foreign log. True if there was something. For tests.
  absl::StatusOr<bool> PollImports();

  void Execute(CommandRequest request, Done done) override;
  // Calls `read` with the durable state of a case, or in a shared log of one stream's id.
  void ReadState(const Uuid& scope, absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read);
  // Calls `done` when what the token names has had its consequences here, with a token that holds them; at once with none if the
  // token is of a log that is not imported. See Partition::AwaitImport.
  void AwaitImport(const ConsistencyToken& token, absl::Time deadline,
                   absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)> done);
  // The watermark of one partition.
  void PromiseWatermark(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done);

  // See Partition::Barrier.
  void Barrier(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done);

  // Called when a partition stops for good: the process should end.
  void SetOnStopped(const std::function<void(absl::Status)>& on_stopped);
  // Stops imports, lets what is in flight become durable. Blocks unless the executor is the caller's own.
  void Shutdown(Task done);

  const std::string& log_name() const { return parts_.model.log_name(); }
  const LogIdentity& identity() const { return parts_.log.identity(); }
  uint32_t partition_count() const { return static_cast<uint32_t>(partitions_.size()); }
  PartitionStatus partition_status(uint32_t partition) const { return partitions_[partition]->status(); }
  // For metrics: of each log that is imported from, until when what was recorded there has been handed over.
  std::map<std::string, absl::Time> imports_known_until() const;

 private:
  const EngineParts parts_;
  std::vector<std::string> imported_log_ids_;
  std::vector<std::shared_ptr<Partition>> partitions_;
  std::vector<std::unique_ptr<Importer>> importers_;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_CONTEXT_ENGINE_H_
