#include "libs/rocks/files.h"

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rocks/environment.h"
#include "libs/rocks/rocks_status.h"
#include "rocksdb/file_system.h"

namespace sip {
namespace {

rocksdb::FileSystem& SystemOf(const std::shared_ptr<void>& memory) { return *EnvOf(memory)->GetFileSystem(); }

std::string FolderAbove(const std::string& path) {
  const std::string above = std::filesystem::path(path).parent_path().string();
  return above.empty() ? "." : above;
}

absl::Status WriteFile(rocksdb::FileSystem& system, const std::string& path, absl::string_view bytes, Durability durability) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  SIP_RETURN_IF_ERROR(FromRocks(system.NewWritableFile(path, PlainFile(), &file, nullptr), absl::StrCat("creating ", path)));
  const rocksdb::IOOptions options;
  SIP_RETURN_IF_ERROR(
      FromRocks(file->Append(rocksdb::Slice(bytes.data(), bytes.size()), options, nullptr), absl::StrCat("writing ", path)));
  if (durability == Durability::kSynced) {
    SIP_RETURN_IF_ERROR(FromRocks(file->Fsync(options, nullptr), absl::StrCat("syncing ", path)));
  }
  return FromRocks(file->Close(options, nullptr), absl::StrCat("closing ", path));
}

}  // namespace

absl::Status RocksFiles::MakeFolder(const std::string& path) const {
  std::vector<std::string> missing;
  for (std::string folder = path; !Exists(folder); folder = FolderAbove(folder)) {
    missing.push_back(folder);
    if (FolderAbove(folder) == folder) break;
  }
  for (; !missing.empty(); missing.pop_back()) {
    const std::string& folder = missing.back();
    SIP_RETURN_IF_ERROR(FromRocks(SystemOf(memory_).CreateDirIfMissing(folder, rocksdb::IOOptions(), nullptr),
                                  absl::StrCat("making the folder ", folder)));
    SIP_RETURN_IF_ERROR(SyncFolder(FolderAbove(folder)));
  }
  return absl::OkStatus();
}

bool RocksFiles::Exists(const std::string& path) const {
  return SystemOf(memory_).FileExists(path, rocksdb::IOOptions(), nullptr).ok();
}

absl::Status RocksFiles::SyncFolder(const std::string& path) const {
  const rocksdb::IOOptions options;
  std::unique_ptr<rocksdb::FSDirectory> folder;
  SIP_RETURN_IF_ERROR(FromRocks(SystemOf(memory_).NewDirectory(path, options, &folder, nullptr), absl::StrCat("opening ", path)));
  return FromRocks(folder->Fsync(options, nullptr), absl::StrCat("syncing ", path));
}

absl::Status RocksFiles::Replace(const std::string& path, absl::string_view bytes, Durability durability) const {
  rocksdb::FileSystem& system = SystemOf(memory_);
  const std::string next = path + ".new";
  SIP_RETURN_IF_ERROR(WriteFile(system, next, bytes, durability));
  SIP_RETURN_IF_ERROR(FromRocks(system.RenameFile(next, path, rocksdb::IOOptions(), nullptr), absl::StrCat("renaming ", next)));
  return durability == Durability::kSynced ? SyncFolder(FolderAbove(path)) : absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> RocksFiles::Read(const std::string& path) const {
  rocksdb::FileSystem& system = SystemOf(memory_);
  const rocksdb::IOStatus exists = system.FileExists(path, rocksdb::IOOptions(), nullptr);
  if (exists.IsNotFound()) return std::optional<std::string>();
  SIP_RETURN_IF_ERROR(FromRocks(exists, absl::StrCat("looking for ", path)));
  std::string bytes;
  SIP_RETURN_IF_ERROR(FromRocks(rocksdb::ReadFileToString(&system, path, &bytes), absl::StrCat("reading ", path)));
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace sip
