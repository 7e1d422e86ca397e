#include "libs/config/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"

namespace sip {
namespace {

constexpr size_t kSecretBytes = 32;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status SystemError(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(path, ": cannot ", what, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> ReadSecret(const std::string& path, const FileDescriptor& file) {
  struct stat status;
  if (::fstat(file.get(), &status) != 0) return SystemError(path, "be read");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": others than the owner may read it; set its mode to 0600"));
  }
  std::string secret(kSecretBytes + 1, '\0');
  const ssize_t size = ::read(file.get(), secret.data(), secret.size());
  if (size < 0) return SystemError(path, "be read");
  if (static_cast<size_t>(size) != kSecretBytes) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is not a secret of ", kSecretBytes, " bytes"));
  }
  secret.resize(kSecretBytes);
  return secret;
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const FileDescriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) return SystemError(path, "be made durable");
  return absl::OkStatus();
}

// Written under another name first: a half-written secret never stands under the right one.
absl::Status CreateSecret(const std::string& path) {
  const std::string temporary = path + ".new";
  const std::string secret = RandomBytes(kSecretBytes);
  const FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return SystemError(path, "be made");
  if (::write(file.get(), secret.data(), secret.size()) != static_cast<ssize_t>(secret.size()) || ::fsync(file.get()) != 0) {
    return SystemError(path, "be written");
  }
  // link() and not rename(): it never replaces a secret that another process has made meanwhile.
  if (::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) return SystemError(path, "be made");
  ::unlink(temporary.c_str());
  return SyncFolderOf(path);
}

}  // namespace

absl::StatusOr<std::string> LoadSecret(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.valid()) return ReadSecret(path, file);
  if (errno != ENOENT) return SystemError(path, "be opened");
  return absl::NotFoundError(
      absl::StrCat(path, ": is not there; all nodes of an installation share one, copy it from another node or the backup"));
}

absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& path) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.valid()) return ReadSecret(path, file);
    if (errno != ENOENT || attempt > 0) break;
    SIP_RETURN_IF_ERROR(CreateSecret(path));
  }
  return SystemError(path, "be opened");
}

}  // namespace sip
