#include "libs/log_rocks/folder_files.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/base/crc32c.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr uint32_t kFormat = 1;

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

absl::Status WriteStateFile(const RocksFiles& files, const std::string& path, log::v1::EmbeddedLogState state) {
  return files.Replace(path, Seal(state), Durability::kWhenFlushed);
}

std::optional<log::v1::EmbeddedLogState> ReadStateFile(const RocksFiles& files, const std::string& path) {
  const absl::StatusOr<std::optional<std::string>> bytes = files.Read(path);
  if (!bytes.ok() || !bytes->has_value()) return std::nullopt;
  return Unseal<log::v1::EmbeddedLogState>(**bytes);
}

absl::Status WriteAnchorFile(const RocksFiles& files, const std::string& path, log::v1::AnchorFile file) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) SIP_RETURN_IF_ERROR(files.MakeFolder(folder));
  return files.Replace(path, Seal(file), Durability::kSynced);
}

absl::StatusOr<std::optional<log::v1::AnchorFile>> ReadAnchorFile(const RocksFiles& files, const std::string& path) {
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, files.Read(path));
  if (!bytes.has_value()) return std::optional<log::v1::AnchorFile>();
  std::optional<log::v1::AnchorFile> file = Unseal<log::v1::AnchorFile>(*bytes);
  if (file.has_value()) return file;
  return absl::FailedPreconditionError(
      absl::StrCat("the anchor file ", path, " is damaged; restore it from a copy, or remove it if the log is known to be whole"));
}

}  // namespace sip
