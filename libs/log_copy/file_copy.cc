#include "libs/log_copy/file_copy.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/log_copy/copy_manifest.h"
#include "libs/log_copy/files.h"
#include "libs/log_copy/partition_table.h"
#include "libs/log_copy/record_file.h"
#include "libs/log_copy/record_merge.h"

namespace sip {
namespace {

// A file up to where the manifest says that it ends.
class SealedStream : public RecordStream {
 public:
  SealedStream(std::string path, std::string header, RecordFileEnd end)
      : reader_(path, std::move(header), end.bytes), path_(std::move(path)), end_(std::move(end)) {}

  absl::StatusOr<std::optional<RecordView>> Next() override {
    absl::StatusOr<std::optional<RecordView>> next = reader_.Next();
    if (!next.ok() || next->has_value() || reader_.end() == end_) return next;
    return absl::DataLossError(absl::StrCat(path_, " is not the file that the manifest names"));
  }

 private:
  RecordFileReader reader_;
  const std::string path_;
  const RecordFileEnd end_;
};

std::string PathOf(const std::string& folder, const LogIdentity& log, uint32_t partition) {
  return absl::StrCat(folder, "/", RecordFileName(log.name, partition));
}

// `ends` are those of all partitions, in the order of the logs.
absl::Status VisitFiles(const std::string& folder, const std::vector<LogIdentity>& logs, const std::vector<RecordFileEnd>& ends,
                        RecordSource::Visitor visit) {
  std::vector<std::unique_ptr<RecordStream>> streams;
  for (const LogIdentity& log : logs) {
    for (uint32_t p = 0; p < log.partition_count; ++p) {
      streams.push_back(
          std::make_unique<SealedStream>(PathOf(folder, log, p), RecordFileHeader(log.log_id, p), ends[streams.size()]));
    }
  }
  return VisitMerged(logs, streams, visit);
}

class FileSource : public RecordSource {
 public:
  FileSource(std::string folder, CopyManifest manifest) : folder_(std::move(folder)), manifest_(std::move(manifest)) {}
  const std::vector<LogIdentity>& logs() const override { return manifest_.logs; }
  absl::Status Visit(Visitor visit) override { return VisitFiles(folder_, manifest_.logs, manifest_.ends, visit); }

 private:
  const std::string folder_;
  const CopyManifest manifest_;
};

class FileTarget : public RecordTarget {
 public:
  FileTarget(std::string folder, size_t write_bytes) : folder_(std::move(folder)), write_bytes_(write_bytes) {}

  const std::vector<LogIdentity>& logs() const override { return logs_; }
  absl::Status Visit(Visitor visit) override;
  absl::Status Begin(const std::vector<LogIdentity>& logs) override;
  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override;
  absl::Status Finish() override;

 private:
  // One partition: what is in its file, and what waits to be written behind it.
  struct File {
    std::string path;
    std::string header;
    RecordFileEnd end;  // With what waits; no bytes if there is not even a header.
    std::string pending;
  };

  absl::Status Lock();
  // Finds out where the file ends; whatever the manifest names must be whole.
  absl::Status Examine(File& file, const RecordFileEnd& sealed);
  absl::Status Write(File& file);

  const std::string folder_;
  const size_t write_bytes_;
  std::optional<LockedFolder> lock_;
  std::vector<LogIdentity> logs_;
  std::optional<PartitionTable> table_;
  std::vector<File> files_;
};

absl::Status AnotherCopy(const std::string& folder, const std::string& log) {
  return absl::FailedPreconditionError(absl::StrCat(folder, " holds a copy of another log under the name ", log,
                                                    "; name an empty folder, or that of a copy of this log"));
}

// Every log of the manifest must be among `logs`, in the same order.
absl::Status CheckSameLogs(const std::string& folder, const CopyManifest& manifest, const std::vector<LogIdentity>& logs) {
  for (size_t i = 0; i < manifest.logs.size(); ++i) {
    const LogIdentity& held = manifest.logs[i];
    const bool same = i < logs.size() && logs[i].log_id == held.log_id && logs[i].partition_count == held.partition_count;
    if (!same) return AnotherCopy(folder, held.name);
  }
  return absl::OkStatus();
}

absl::Status FileTarget::Lock() {
  if (lock_.has_value()) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(lock_, LockedFolder::Lock(folder_));
  return absl::OkStatus();
}

absl::Status FileTarget::Begin(const std::vector<LogIdentity>& logs) {
  CopyManifest manifest;
  SIP_ASSIGN_OR_RETURN(std::optional<CopyManifest> found, ReadCopyManifest(folder_));
  if (found.has_value()) manifest = *std::move(found);
  SIP_RETURN_IF_ERROR(CheckSameLogs(folder_, manifest, logs));
  logs_ = logs;
  table_.emplace(logs_);
  for (const LogIdentity& log : logs_) {
    if (!IsLogName(log.name)) return absl::FailedPreconditionError("a log has a name that no file can have");
    for (uint32_t p = 0; p < log.partition_count; ++p) {
      files_.push_back({PathOf(folder_, log, p), RecordFileHeader(log.log_id, p), {}, ""});
      const size_t number = files_.size() - 1;
      const absl::Status examined = Examine(files_.back(), number < manifest.ends.size() ? manifest.ends[number] : RecordFileEnd{});
      if (absl::IsFailedPrecondition(examined)) return AnotherCopy(folder_, log.name);
      SIP_RETURN_IF_ERROR(examined);
    }
  }
  return absl::OkStatus();
}

absl::Status FileTarget::Examine(File& file, const RecordFileEnd& sealed) {
  SIP_ASSIGN_OR_RETURN(const std::optional<uint64_t> bytes, FileBytes(file.path));
  if (bytes.value_or(0) < file.header.size()) {
    if (sealed.bytes == 0) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(file.path, " is missing or cut off; put it back, or export again into an empty folder"));
  }
  SIP_ASSIGN_OR_RETURN(const std::string header, ReadBytes(file.path, 0, file.header.size()));
  if (header != file.header) return absl::FailedPreconditionError("another header");
  RecordFileReader reader(file.path, file.header, *bytes);
  RecordFileEnd at_seal;
  bool more = true;
  while (more) {
    if (reader.end().bytes == sealed.bytes) at_seal = reader.end();
    const absl::StatusOr<std::optional<RecordView>> next = reader.Next();
    if (absl::IsUnavailable(next.status())) return next.status();
    more = next.ok() && next->has_value();
  }
  if (sealed.bytes > 0 && at_seal != sealed) {
    return absl::DataLossError(absl::StrCat(file.path, " is damaged after ", reader.end().records,
                                            " records, before where its manifest says that it ends; put the copy back as it was "
                                            "made, or export again into an empty folder"));
  }
  file.end = reader.end();
  return absl::OkStatus();
}

absl::Status FileTarget::Visit(Visitor visit) {
  std::vector<RecordFileEnd> ends;
  for (const File& file : files_) {
    SIP_CHECK(file.pending.empty());
    ends.push_back(file.end);
  }
  return VisitFiles(folder_, logs_, ends, visit);
}

absl::Status FileTarget::Append(const LogIdentity& log, uint32_t partition, const RecordView& record) {
  const std::optional<size_t> number = table_.has_value() ? table_->Find(log.log_id, partition) : std::nullopt;
  if (!number.has_value()) return absl::FailedPreconditionError("a record of a log that was not announced");
  SIP_RETURN_IF_ERROR(Lock());
  File& file = files_[*number];
  if (file.end.bytes == 0) {
    file.pending = file.header;
    file.end = EndOfHeader(file.header);
  }
  AppendToRecordFile(record, file.end, file.pending);
  return file.pending.size() >= write_bytes_ ? Write(file) : absl::OkStatus();
}

absl::Status FileTarget::Write(File& file) {
  if (file.pending.empty()) return absl::OkStatus();
  SIP_RETURN_IF_ERROR(WriteTail(file.path, file.end.bytes - file.pending.size(), file.pending));
  file.pending.clear();
  return absl::OkStatus();
}

absl::Status FileTarget::Finish() {
  SIP_RETURN_IF_ERROR(Lock());
  CopyManifest manifest{logs_, {}};
  for (File& file : files_) {
    SIP_RETURN_IF_ERROR(Write(file));
    // Also what an interrupted export wrote: nobody has synced it.
    SIP_RETURN_IF_ERROR(SyncFile(file.path));
    manifest.ends.push_back(file.end);
  }
  SIP_RETURN_IF_ERROR(lock_->Sync());
  return WriteCopyManifest(folder_, *lock_, manifest);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSource>> OpenFileCopy(const std::string& folder) {
  SIP_ASSIGN_OR_RETURN(std::optional<CopyManifest> manifest, ReadCopyManifest(folder));
  if (!manifest.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no finished copy of logs in ", folder,
                     ": it has no manifest.json. Name another folder, or run the export that was interrupted again"));
  }
  return std::make_unique<FileSource>(folder, *std::move(manifest));
}

std::unique_ptr<RecordTarget> NewFileCopyTarget(const std::string& folder, size_t write_bytes) {
  return std::make_unique<FileTarget>(folder, write_bytes);
}

}  // namespace sip
