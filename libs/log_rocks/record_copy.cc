#include "libs/log_rocks/record_copy.h"

#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/log_rocks/chunk_writer.h"

namespace sip {
namespace {

class RocksSource : public RecordSource {
 public:
  explicit RocksSource(std::unique_ptr<RocksLogStore> store) : store_(std::move(store)) {
    for (const RocksLogFound::Log& log : store_->found().logs) logs_.push_back(store_->log(log.name)->identity());
  }

  const std::vector<LogIdentity>& logs() const override { return logs_; }

  absl::Status Visit(Visitor visit) override {
    std::map<absl::string_view, const LogIdentity*> by_name;
    for (const LogIdentity& log : logs_) by_name[log.name] = &log;
    // A chunk has at least one record, so a number that is passed over is a chunk that is gone.
    uint64_t seen = 0;
    SIP_RETURN_IF_ERROR(store_->VisitRecords(0, [&](const RocksLogStore::StoredRecord& stored) -> absl::Status {
      if (stored.chunk > seen) return Lost(seen);
      seen = stored.chunk + 1;
      const auto log = by_name.find(stored.log);
      if (log == by_name.end())
        return absl::DataLossError(absl::StrCat("chunk ", stored.chunk, " has records of a log without Genesis"));
      return visit(*log->second, stored.partition, stored.record);
    }));
    return seen < store_->found().chunks ? Lost(seen) : absl::OkStatus();
  }

 private:
  static absl::Status Lost(uint64_t chunk) { return absl::DataLossError(absl::StrCat("chunk ", chunk, " is not there")); }

  const std::unique_ptr<RocksLogStore> store_;
  std::vector<LogIdentity> logs_;
};

class RocksTarget : public RecordTarget {
 public:
  RocksTarget(std::string path, size_t chunk_bytes) : path_(std::move(path)), chunk_bytes_(chunk_bytes) {}

  const std::vector<LogIdentity>& logs() const override { return source_ == nullptr ? no_logs_ : source_->logs(); }
  absl::Status Visit(Visitor visit) override { return source_ == nullptr ? absl::OkStatus() : source_->Visit(visit); }

  absl::Status Begin(const std::vector<LogIdentity>& logs) override {
    SIP_RETURN_IF_ERROR(OpenForReading());
    for (const LogIdentity& held : this->logs()) {
      bool same = false;
      for (const LogIdentity& log : logs) same = same || (log.log_id == held.log_id && log.name == held.name);
      if (same) continue;
      return absl::FailedPreconditionError(absl::StrCat(path_, " holds another history: its ", held.name,
                                                        " is not the log that is to be copied; name an empty folder"));
    }
    return absl::OkStatus();
  }

  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override {
    if (writer_ == nullptr) {
      source_ = nullptr;
      SIP_ASSIGN_OR_RETURN(writer_, ChunkWriter::Open(path_, chunk_bytes_));
    }
    return writer_->Append(log.name, partition, record);
  }

  absl::Status Finish() override {
    if (writer_ == nullptr) return absl::OkStatus();
    const absl::Status synced = writer_->Sync();
    writer_ = nullptr;
    SIP_RETURN_IF_ERROR(synced);
    return OpenForReading();
  }

 private:
  // There is no source if there is no log.
  absl::Status OpenForReading() {
    // An import that was interrupted at its very start may have left a folder without a database.
    std::error_code error;
    if (!std::filesystem::exists(path_ + "/chunks/CURRENT", error)) return absl::OkStatus();
    auto store = RocksLogStore::Open({.path = path_, .create_if_missing = false, .read_only = true});
    if (absl::IsNotFound(store.status())) return absl::OkStatus();
    SIP_RETURN_IF_ERROR(store.status());
    source_ = std::make_unique<RocksSource>(*std::move(store));
    return absl::OkStatus();
  }

  const std::string path_;
  const size_t chunk_bytes_;
  const std::vector<LogIdentity> no_logs_;
  std::unique_ptr<RocksSource> source_;
  std::unique_ptr<ChunkWriter> writer_;
};

}  // namespace

std::unique_ptr<RecordSource> NewRocksRecordSource(std::unique_ptr<RocksLogStore> store) {
  return std::make_unique<RocksSource>(std::move(store));
}

std::unique_ptr<RecordTarget> NewRocksRecordTarget(const std::string& path, size_t chunk_bytes) {
  return std::make_unique<RocksTarget>(path, chunk_bytes);
}

}  // namespace sip
