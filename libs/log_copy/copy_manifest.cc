#include "libs/log_copy/copy_manifest.h"

#include <filesystem>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "sip/log/v1/log_copy.pb.h"

namespace sip {
namespace {

constexpr char kFormat[] = "sip-log-copy/1";
constexpr size_t kIdSize = 16;
constexpr size_t kDigestSize = 32;
constexpr int kMaxPartitions = 65'536;
constexpr size_t kMaxManifestBytes = size_t{64} << 20;

std::string PathIn(const std::string& folder) { return folder + "/manifest.json"; }

// The bytes; empty unless there are `size` of them.
std::string FromHex(const std::string& text, size_t size) {
  const bool is_hex = text.size() == 2 * size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? absl::HexStringToBytes(text) : "";
}

absl::Status Wrong(const std::string& folder, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(PathIn(folder), " ", what, "; put the copy back as it was made, or export again into an empty folder"));
}

absl::Status ReadLog(const log::v1::CopiedLog& log, CopyManifest& manifest, const std::string& folder) {
  const LogIdentity identity{FromHex(log.installation_id(), kIdSize), FromHex(log.log_id(), kIdSize), log.name(),
                             static_cast<uint32_t>(log.partitions_size())};
  const bool possible = IsLogName(log.name()) && !identity.log_id.empty() && !identity.installation_id.empty() &&
                        log.partitions_size() > 0 && log.partitions_size() <= kMaxPartitions;
  if (!possible) return Wrong(folder, "names a log that cannot be");
  manifest.logs.push_back(identity);
  for (const log::v1::CopiedPartition& partition : log.partitions()) {
    const std::string digest = FromHex(partition.digest(), kDigestSize);
    if (digest.empty()) return Wrong(folder, "names a partition that cannot be");
    manifest.ends.push_back({partition.bytes(), partition.records(), digest});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<CopyManifest>> ReadCopyManifest(const std::string& folder) {
  SIP_ASSIGN_OR_RETURN(const std::optional<uint64_t> bytes, FileBytes(PathIn(folder)));
  if (!bytes.has_value()) return std::optional<CopyManifest>();
  if (*bytes > kMaxManifestBytes) return Wrong(folder, "is too large to be one");
  SIP_ASSIGN_OR_RETURN(const std::string json, ReadBytes(PathIn(folder), 0, *bytes));
  log::v1::LogCopyManifest stored;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const bool parsed = google::protobuf::util::JsonStringToMessage(json, &stored, options).ok();
  if (!parsed || stored.format() != kFormat) return Wrong(folder, "is not the manifest of such a copy");
  CopyManifest manifest;
  std::set<std::string> names;
  std::set<std::string> ids;
  for (const log::v1::CopiedLog& log : stored.logs()) {
    SIP_RETURN_IF_ERROR(ReadLog(log, manifest, folder));
    if (!names.insert(log.name()).second || !ids.insert(log.log_id()).second) return Wrong(folder, "names a log twice");
  }
  return std::optional<CopyManifest>(std::move(manifest));
}

absl::Status WriteCopyManifest(const std::string& path, const LockedFolder& folder, const CopyManifest& manifest) {
  log::v1::LogCopyManifest stored;
  stored.set_format(kFormat);
  auto end = manifest.ends.begin();
  for (const LogIdentity& identity : manifest.logs) {
    log::v1::CopiedLog& log = *stored.add_logs();
    log.set_name(identity.name);
    log.set_log_id(absl::BytesToHexString(identity.log_id));
    log.set_installation_id(absl::BytesToHexString(identity.installation_id));
    for (uint32_t p = 0; p < identity.partition_count; ++p, ++end) {
      log::v1::CopiedPartition& partition = *log.add_partitions();
      partition.set_bytes(end->bytes);
      partition.set_records(end->records);
      partition.set_digest(absl::BytesToHexString(end->digest));
    }
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(stored, &json, options).ok()) {
    return absl::InternalError("a manifest without a JSON form");
  }
  const std::string next = PathIn(path) + ".new";
  SIP_RETURN_IF_ERROR(WriteTail(next, 0, json));
  SIP_RETURN_IF_ERROR(SyncFile(next));
  std::error_code error;
  std::filesystem::rename(next, PathIn(path), error);
  if (error) return absl::UnavailableError(absl::StrCat("renaming ", next, ": ", error.message()));
  return folder.Sync();
}

}  // namespace sip
