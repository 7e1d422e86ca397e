#include "libs/engine/memory_stream_store.h"

#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "libs/base/mutex.h"

namespace sip {
namespace {

class MemoryStreamStore final : public StreamStore {
 public:
  absl::Status Apply(const StreamStoreBatch& batch) override {
    MutexLock lock(mutex_);
    for (const ValidRecordPtr& record : batch.records) ApplyRecord(*record);
    for (const TailBatch::Progress& progress : batch.checkpoints) checkpoints_[progress.partition] = progress.checkpoint;
    for (const auto& foreign : batch.foreign_checkpoints) {
      foreign_checkpoints_[{foreign.partition, foreign.foreign_log_id}] = foreign.checkpoint;
    }
    for (const auto& forgotten : batch.forgotten_requests) {
      for (const std::string& key : forgotten.request_keys) requests_.erase(key);
      remembered_from_[forgotten.partition] = forgotten.remembered_from;
    }
    return absl::OkStatus();
  }

  absl::Status Flush() override { return absl::OkStatus(); }

  absl::StatusOr<ReaderCheckpoint> LoadCheckpoint(uint32_t partition) const override {
    MutexLock lock(mutex_);
    const auto it = checkpoints_.find(partition);
    return it == checkpoints_.end() ? ReaderCheckpoint{} : it->second;
  }

  absl::StatusOr<ReaderCheckpoint> LoadForeignCheckpoint(uint32_t partition, absl::string_view foreign_log_id) const override {
    MutexLock lock(mutex_);
    const auto it = foreign_checkpoints_.find({partition, std::string(foreign_log_id)});
    return it == foreign_checkpoints_.end() ? ReaderCheckpoint{} : it->second;
  }

  absl::StatusOr<std::optional<ImportedTo>> LoadImportedTo(uint32_t partition, absl::string_view foreign_log_id) const override {
    MutexLock lock(mutex_);
    const auto it = imported_.find({partition, std::string(foreign_log_id)});
    if (it == imported_.end()) return std::optional<ImportedTo>();
    return std::optional<ImportedTo>(it->second);
  }

  absl::Status ReadScope(uint32_t partition, const Uuid& scope,
                         const std::function<absl::Status(ValidRecord)>& visit) const override {
    std::vector<ValidRecord> records;
    {
      MutexLock lock(mutex_);
      for (auto it = records_.lower_bound({partition, scope, 0}); it != records_.end(); ++it) {
        if (std::get<0>(it->first) != partition || std::get<1>(it->first) != scope) break;
        records.push_back(it->second);
      }
    }
    for (ValidRecord& record : records) {
      if (absl::Status status = visit(std::move(record)); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ValidRecord> ReadRecord(const RecordPlace& place) const override {
    MutexLock lock(mutex_);
    const auto it = records_.find({place.partition, place.scope, place.idx});
    if (it == records_.end()) return absl::NotFoundError("no such record in the stream store");
    return it->second;
  }

  absl::StatusOr<std::optional<RecordPlace>> FindPosition(uint32_t partition, uint64_t idx) const override {
    MutexLock lock(mutex_);
    const auto it = positions_.find({partition, idx});
    if (it == positions_.end()) return std::optional<RecordPlace>();
    return std::optional<RecordPlace>(it->second);
  }

  absl::StatusOr<std::optional<RecordPlace>> FindRequest(absl::string_view request_key) const override {
    MutexLock lock(mutex_);
    const auto it = requests_.find(request_key);
    if (it == requests_.end()) return std::optional<RecordPlace>();
    return std::optional<RecordPlace>(it->second);
  }

  absl::StatusOr<uint64_t> LoadRememberedFrom(uint32_t partition) const override {
    MutexLock lock(mutex_);
    const auto it = remembered_from_.find(partition);
    return it == remembered_from_.end() ? uint64_t{0} : it->second;
  }

 private:
  void ApplyRecord(const ValidRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    RecordPlace place{record.partition, record.idx, Uuid(), record.leaf.substr(0, 8)};
    for (const Uuid& scope : ScopesOf(*record.header)) {
      place.scope = scope;
      records_[{record.partition, scope, record.idx}] = record;
    }
    positions_[{record.partition, record.idx}] = place;
    if (const std::string key = RequestKeyOf(*record.header); !key.empty()) requests_[key] = place;
    if (record.header->has_imports()) {
      imported_[{record.partition, record.header->imports().log_id()}] =
          ImportedTo{record.header->imports().idx(), record.header->imports().leaf()};
    }
  }

  mutable Mutex mutex_;
  std::map<std::tuple<uint32_t, Uuid, uint64_t>, ValidRecord> records_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<uint32_t, uint64_t>, RecordPlace> positions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, RecordPlace, std::less<>> requests_ ABSL_GUARDED_BY(mutex_);
  std::map<uint32_t, uint64_t> remembered_from_ ABSL_GUARDED_BY(mutex_);
  std::map<uint32_t, ReaderCheckpoint> checkpoints_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<uint32_t, std::string>, ReaderCheckpoint> foreign_checkpoints_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<uint32_t, std::string>, ImportedTo> imported_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<StreamStore> NewMemoryStreamStore() { return std::make_unique<MemoryStreamStore>(); }

}  // namespace sip
