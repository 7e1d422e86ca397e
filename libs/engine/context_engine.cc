#include "libs/engine/context_engine.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

std::vector<std::string> KindsOf(const ContextModel& model, const std::string& foreign_log) {
  std::vector<std::string> kinds;
  for (const ImportedKind& imported : model.Imports()) {
    if (imported.foreign_log == foreign_log) kinds.push_back(imported.foreign_kind);
  }
  return kinds;
}

}  // namespace

ContextEngine::ContextEngine(EngineParts parts, const std::vector<ForeignLog>& foreign_logs, const Codec& foreign_codec)
    : parts_(std::move(parts)) {
  const uint32_t count = parts_.log.identity().partition_count;
  for (uint32_t p = 0; p < count; ++p) partitions_.push_back(Partition::Make(parts_, p, foreign_logs));
  for (const ForeignLog& foreign : foreign_logs) {
    // Partition p of every log holds the same cases.
    SIP_CHECK(foreign.log->identity().partition_count == count);
    imported_log_ids_.push_back(foreign.log->identity().log_id);
    std::vector<std::string> kinds = KindsOf(parts_.model, foreign.name);
    SIP_CHECK(!kinds.empty());
    importers_.push_back(
        std::make_unique<Importer>(foreign, foreign_codec, std::move(kinds), partitions_, parts_.options.import_gather));
  }
  for (const auto& partition : partitions_) {
    partition->SetImportCallbacks({
        .on_room =
            [this] {
              for (const auto& importer : importers_) importer->OnRoom();
            },
        .on_wanted =
            [this] {
              for (const auto& importer : importers_) importer->Hurry();
            },
        .on_rewind =
            [this] {
              for (const auto& importer : importers_) importer->Rewind();
            },
    });
  }
}

ContextEngine::~ContextEngine() {
  for (const auto& importer : importers_) importer->Stop();
  for (const auto& partition : partitions_) partition->Abandon();
}

absl::Status ContextEngine::Start() {
  bool replayed = false;
  for (uint32_t p = 0; p < partitions_.size(); ++p) {
    const absl::Status status = partitions_[p]->Start();
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(log_name(), " partition ", p, ": ", status.message()));
    }
    replayed = replayed || partition_status(p).replayed > 0;
  }
  // Else a process that is killed again and again would fold the same again each time.
  return replayed ? parts_.store.Flush() : absl::OkStatus();
}

void ContextEngine::StartImports() {
  for (const auto& importer : importers_) importer->StartThread();
}

absl::StatusOr<bool> ContextEngine::PollImports() {
  bool any = false;
  for (const auto& importer : importers_) {
    const absl::StatusOr<bool> polled = importer->PollOnce();
    if (!polled.ok()) return polled.status();
    any = any || *polled;
  }
  return any;
}

void ContextEngine::Execute(CommandRequest request, Done done) {
  // Shared logs have one partition; everything else goes where its case lives.
  const uint32_t partition = request.case_id.IsNil() ? 0 : PartitionOf(request.case_id, partition_count());
  partitions_[partition]->Execute(std::move(request), std::move(done));
}

void ContextEngine::ReadState(const Uuid& scope, absl::AnyInvocable<void(absl::StatusOr<const CaseState*>)> read) {
  partitions_[PartitionOf(scope, partition_count())]->ReadState(scope, std::move(read));
}

void ContextEngine::AwaitImport(const ConsistencyToken& token, absl::Time deadline,
                                absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)> done) {
  const auto& imported = imported_log_ids_;
  const bool imports = std::find(imported.begin(), imported.end(), token.log_id) != imported.end();
  if (!imports || token.partition >= partitions_.size()) return done(std::nullopt);
  partitions_[token.partition]->AwaitImport(token, deadline, std::move(done));
}

void ContextEngine::PromiseWatermark(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done) {
  if (partition >= partitions_.size()) return done(absl::InvalidArgumentError(absl::StrCat("no partition ", partition)));
  partitions_[partition]->PromiseWatermark(std::move(done));
}

void ContextEngine::Acquire(uint32_t partition, absl::AnyInvocable<void(absl::Status)> done) {
  if (partition >= partitions_.size()) return done(absl::InvalidArgumentError(absl::StrCat("no partition ", partition)));
  partitions_[partition]->Acquire(std::move(done));
}

void ContextEngine::Release(uint32_t partition, Task done) {
  SIP_CHECK(partition < partitions_.size());
  partitions_[partition]->Release(std::move(done));
}

void ContextEngine::Barrier(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<Watermark>)> done) {
  if (partition >= partitions_.size()) return done(absl::InvalidArgumentError(absl::StrCat("no partition ", partition)));
  partitions_[partition]->Barrier(std::move(done));
}

void ContextEngine::SetOnStopped(const std::function<void(absl::Status)>& on_stopped) {
  for (const auto& partition : partitions_) partition->SetOnStopped(on_stopped);
}

void ContextEngine::Shutdown(Task done) {
  for (const auto& importer : importers_) importer->Stop();
  auto left = std::make_shared<std::atomic<size_t>>(partitions_.size());
  auto shared_done = std::make_shared<Task>(std::move(done));
  for (const auto& partition : partitions_) {
    partition->Shutdown([left, shared_done] {
      if (left->fetch_sub(1) == 1) (*shared_done)();
    });
  }
}

std::map<std::string, absl::Time> ContextEngine::imports_known_until() const {
  std::map<std::string, absl::Time> times;
  for (const auto& importer : importers_) times[importer->foreign_log()] = importer->known_until().OfAllRead();
  return times;
}

}  // namespace sip
