#include "libs/views/view_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

namespace fs = std::filesystem;

constexpr char kManifest[] = "CURRENT";

absl::Status FileError(absl::string_view doing, const std::string& path, const std::string& why) {
  return absl::UnavailableError(absl::StrCat("cannot ", doing, " ", path, ": ", why));
}

// Brings what was written to `path` (a file or a folder) onto the disk.
absl::Status Sync(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError("open", path, std::strerror(errno));
  const bool synced = ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  return synced ? absl::OkStatus() : FileError("sync", path, std::strerror(error));
}

}  // namespace

ViewFolder::ViewFolder(absl::string_view root, absl::string_view projection, int schema_version)
    : directory_(absl::StrCat(root, "/", projection)), version_prefix_(absl::StrCat(schema_version, "-")) {}

std::optional<std::string> ViewFolder::Current() const {
  std::ifstream manifest(absl::StrCat(directory_, "/", kManifest));
  std::string name;
  if (!std::getline(manifest, name) || !absl::StartsWith(name, version_prefix_)) return std::nullopt;
  const std::string path = absl::StrCat(directory_, "/", name);
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::nullopt;
  return path;
}

absl::StatusOr<std::string> ViewFolder::Fresh() const {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) return FileError("create", directory_, error.message());
  const std::optional<std::string> current = Current();
  uint64_t generation = 0;
  if (current.has_value()) {
    const std::string name = fs::path(*current).filename().string();
    if (!absl::SimpleAtoi(name.substr(version_prefix_.size()), &generation)) return FileError("read", *current, "no generation");
  }
  const std::string path = absl::StrFormat("%s/%s%06d", directory_, version_prefix_, generation + 1);
  fs::remove_all(path, error);
  if (error) return FileError("remove", path, error.message());
  return path;
}

absl::Status ViewFolder::SwapIn(absl::string_view folder) const {
  const std::string manifest = absl::StrCat(directory_, "/", kManifest);
  const std::string next = absl::StrCat(manifest, ".next");
  {
    std::ofstream file(next, std::ios::trunc);
    file << fs::path(std::string(folder)).filename().string() << "\n";
    file.flush();
    if (!file) return FileError("write", next, "disk error");
  }
  SIP_RETURN_IF_ERROR(Sync(next));
  if (std::rename(next.c_str(), manifest.c_str()) != 0) return FileError("rename", next, std::strerror(errno));
  return Sync(directory_);
}

absl::Status ViewFolder::RemoveOthers() const {
  const std::optional<std::string> current = Current();
  std::vector<fs::path> others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    if (entry.is_directory() && entry.path().string() != current) others.push_back(entry.path());
  }
  for (const fs::path& other : others) {
    if (fs::remove_all(other, error); error) return FileError("remove", other.string(), error.message());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ViewStore>> OpenOrRebuildView(const FoldInput& input, absl::string_view root,
                                                             RocksResources* resources) {
  const ViewFolder folder(root, input.projection.Name(), input.projection.SchemaVersion());
  if (!folder.Current().has_value()) {
    SIP_ASSIGN_OR_RETURN(const std::string fresh, folder.Fresh());
    SIP_RETURN_IF_ERROR(RebuildView(input, {.path = fresh, .resources = resources}));
    SIP_RETURN_IF_ERROR(folder.SwapIn(fresh));
  }
  SIP_RETURN_IF_ERROR(folder.RemoveOthers());
  return ViewStore::Open({.path = *folder.Current(), .resources = resources, .create_if_missing = false});
}

}  // namespace sip
