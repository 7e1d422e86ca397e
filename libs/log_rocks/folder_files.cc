#include "libs/log_rocks/folder_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/crc32c.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr uint32_t kFormat = 1;

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(doing, " ", path));
}

absl::Status WriteAll(int file, const std::string& path, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("writing", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int handle = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return Failed("opening", folder);
  absl::Status synced = fsync(handle) == 0 ? absl::OkStatus() : Failed("syncing", folder);
  close(handle);
  return synced;
}

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes, bool sync) {
  const std::string next = path + ".new";
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Failed("creating", next);
  absl::Status status = WriteAll(file, next, bytes);
  if (status.ok() && sync && fsync(file) != 0) status = Failed("syncing", next);
  if (close(file) != 0 && status.ok()) status = Failed("closing", next);
  SIP_RETURN_IF_ERROR(status);
  if (rename(next.c_str(), path.c_str()) != 0) return Failed("renaming", next);
  return sync ? SyncFolderOf(path) : absl::OkStatus();
}

// Absent if there is no such file.
absl::StatusOr<std::optional<std::string>> ReadWholeFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::optional<std::string>();
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) return absl::UnavailableError(absl::StrCat("cannot read ", path));
  return std::optional<std::string>(std::move(bytes));
}

template <typename Message>
std::string Seal(Message& message) {
  message.set_format(kFormat);
  message.clear_crc32c();
  message.set_crc32c(Crc32c(message.SerializeAsString()));
  return message.SerializeAsString();
}

// Absent if the bytes are not a sealed message.
template <typename Message>
std::optional<Message> Unseal(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes) || message.format() != kFormat) return std::nullopt;
  const uint32_t crc = message.crc32c();
  message.clear_crc32c();
  if (Crc32c(message.SerializeAsString()) != crc) return std::nullopt;
  return message;
}

}  // namespace

absl::Status WriteStateFile(const std::string& path, log::v1::EmbeddedLogState state) {
  return ReplaceFile(path, Seal(state), false);
}

std::optional<log::v1::EmbeddedLogState> ReadStateFile(const std::string& path) {
  const absl::StatusOr<std::optional<std::string>> bytes = ReadWholeFile(path);
  if (!bytes.ok() || !bytes->has_value()) return std::nullopt;
  return Unseal<log::v1::EmbeddedLogState>(**bytes);
}

absl::Status WriteAnchorFile(const std::string& path, log::v1::AnchorFile file) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  return ReplaceFile(path, Seal(file), true);
}

absl::StatusOr<std::optional<log::v1::AnchorFile>> ReadAnchorFile(const std::string& path) {
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, ReadWholeFile(path));
  if (!bytes.has_value()) return std::optional<log::v1::AnchorFile>();
  std::optional<log::v1::AnchorFile> file = Unseal<log::v1::AnchorFile>(*bytes);
  if (file.has_value()) return file;
  return absl::FailedPreconditionError(
      absl::StrCat("the anchor file ", path, " is damaged; restore it from a copy, or remove it if the log is known to be whole"));
}

}  // namespace sip
