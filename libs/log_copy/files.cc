#include "libs/log_copy/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

absl::Status ErrorOf(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(doing, " ", path));
}

// Closes on all ways out; closing a file that was synced or will be says nothing more.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : handle_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (handle_ >= 0) close(handle_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int handle() const { return handle_; }

 private:
  const int handle_;
};

}  // namespace

LockedFolder::LockedFolder(int handle, std::string path) : handle_(handle), path_(std::move(path)) {}
LockedFolder::LockedFolder(LockedFolder&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)), path_(std::move(other.path_)) {}
LockedFolder& LockedFolder::operator=(LockedFolder&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}
LockedFolder::~LockedFolder() {
  if (handle_ >= 0) close(handle_);
}

absl::StatusOr<LockedFolder> LockedFolder::Lock(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  const int handle = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return ErrorOf("opening", path);
  LockedFolder folder(handle, path);
  if (flock(handle, LOCK_EX | LOCK_NB) != 0) {
    return absl::UnavailableError(absl::StrCat("another process is writing to ", path, "; let it end, or name another folder"));
  }
  return folder;
}

absl::Status LockedFolder::Sync() const { return fsync(handle_) == 0 ? absl::OkStatus() : ErrorOf("syncing", path_); }

absl::Status WriteTail(const std::string& path, uint64_t offset, absl::string_view bytes) {
  const OpenFile file(path, O_WRONLY | O_CREAT);
  if (file.handle() < 0) return ErrorOf("opening", path);
  if (ftruncate(file.handle(), static_cast<off_t>(offset)) != 0) return ErrorOf("cutting", path);
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file.handle(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrorOf("writing", path);
    offset += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncFile(const std::string& path) {
  const OpenFile file(path, O_WRONLY);
  return file.handle() >= 0 && fsync(file.handle()) == 0 ? absl::OkStatus() : ErrorOf("syncing", path);
}

absl::StatusOr<std::optional<uint64_t>> FileBytes(const std::string& path) {
  std::error_code error;
  const uint64_t bytes = std::filesystem::file_size(path, error);
  if (!error) return std::optional<uint64_t>(bytes);
  if (error == std::errc::no_such_file_or_directory) return std::optional<uint64_t>();
  return absl::UnavailableError(absl::StrCat("cannot read ", path, ": ", error.message()));
}

absl::StatusOr<std::string> ReadBytes(const std::string& path, uint64_t offset, size_t most) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  std::string bytes(most, '\0');
  if (file.good()) file.read(bytes.data(), static_cast<std::streamsize>(most));
  if (!file.good() && !file.eof()) return absl::UnavailableError(absl::StrCat("cannot read ", path));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

}  // namespace sip
