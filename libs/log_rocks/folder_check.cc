#include "libs/log_rocks/folder_check.h"

#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

absl::Status LostTail(const log::v1::Anchor& anchor, absl::string_view what, const RocksLogOptions& options) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the log in ", options.path, " is not the one that the anchor in ", options.anchor_path, " was made of: ", anchor.log_name(),
      ", partition ", anchor.partition(), " ", what, ". ", kLostTail, "remove the anchor file and start again."));
}

// Whether the chunk holds the command (or Genesis) that the anchor names as head.
absl::StatusOr<bool> HoldsHead(const ChunkSource& source, uint16_t log, const log::v1::Anchor& anchor) {
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, source.database->Get(ChunkKey(anchor.head_cursor())));
  if (!value.has_value()) return false;
  bool holds = false;
  SIP_RETURN_IF_ERROR(VisitChunk(anchor.head_cursor(), *value, [&](const ChunkEntry& entry) {
    const bool here = entry.log == log && entry.partition == anchor.partition();
    holds = holds || (here && LeafOf(entry.record.kind, entry.record.header) == anchor.head());
    return absl::OkStatus();
  }));
  return holds;
}

absl::Status CheckAnchor(const ChunkSource& source, const FoldTable& table, const log::v1::Anchor& anchor,
                         const RocksLogOptions& options) {
  const std::optional<uint16_t> log = table.Find(anchor.log_name());
  if (!log.has_value() || table.identity(*log).log_id != anchor.log_id() ||
      anchor.partition() >= table.identity(*log).partition_count) {
    return LostTail(anchor, "is not in it", options);
  }
  const uint64_t size = table.entry(*log, anchor.partition()).fold.state().next_idx;
  if (size < anchor.size()) {
    return LostTail(anchor, absl::StrCat("has ", size, " commands, the anchor says ", anchor.size()), options);
  }
  SIP_ASSIGN_OR_RETURN(const bool holds, HoldsHead(source, *log, anchor));
  if (holds) return absl::OkStatus();
  return LostTail(anchor, absl::StrCat("has another command before ", anchor.size(), " than the anchor says"), options);
}

}  // namespace

absl::Status CheckConfigured(const FoldTable& table, const RocksLogOptions& options) {
  for (size_t i = 0; i < table.size(); ++i) {
    const std::string& found = table.identity(i).installation_id;
    const std::string& wanted = options.installation_id.empty() ? table.identity(0).installation_id : options.installation_id;
    if (found == wanted) continue;
    return absl::FailedPreconditionError(absl::StrCat("the log in ", options.path, " belongs to installation ",
                                                      absl::BytesToHexString(found), ", not to ", absl::BytesToHexString(wanted),
                                                      "; name the folder of this installation"));
  }
  for (const RocksLogOptions::Log& log : options.logs) {
    const std::optional<uint16_t> found = table.Find(log.name);
    if (!found.has_value() || table.identity(*found).partition_count == log.partition_count) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        log.name, " in ", options.path, " has ", table.identity(*found).partition_count, " partitions, configured are ",
        log.partition_count, "; the number never changes: configure the one that the folder has"));
  }
  return absl::OkStatus();
}

absl::Status CheckAnchors(const ChunkSource& source, const FoldTable& table, const log::v1::AnchorFile& anchors,
                          const RocksLogOptions& options) {
  for (const log::v1::Anchor& anchor : anchors.anchors()) SIP_RETURN_IF_ERROR(CheckAnchor(source, table, anchor, options));
  return absl::OkStatus();
}

}  // namespace sip
