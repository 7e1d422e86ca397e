// Folders and small files beside the databases: on the disk, or on the same file system in memory as they.
//
//   RocksFiles files(options.memory);
//   files.MakeFolder("data/log");
//   files.Replace("data/log/state", bytes, Durability::kSynced);
#ifndef SIP_LIBS_ROCKS_FILES_H_
#define SIP_LIBS_ROCKS_FILES_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rocks/database.h"

namespace sip {

// Thread-safe. Errors have the codes of RocksDatabase.
class RocksFiles {
 public:
  // `memory` as RocksDatabase::Options::memory.
  explicit RocksFiles(std::shared_ptr<void> memory = nullptr) : memory_(std::move(memory)) {}

  // Makes the folder and those above it that are missing. When it returns, they survive a loss of power.
  absl::Status MakeFolder(const std::string& path) const;
  // Whether there is a file or folder of that name that can be reached.
  bool Exists(const std::string& path) const;
  // The names in the folder, and no others, survive a loss of power.
  absl::Status SyncFolder(const std::string& path) const;

  // Replaces the file as a whole: after a crash it is the old one or the new one; if it was not synced, after a loss of power it
  // may be torn.
  absl::Status Replace(const std::string& path, absl::string_view bytes, Durability durability) const;
  // Absent if there is no such file.
  absl::StatusOr<std::optional<std::string>> Read(const std::string& path) const;

 private:
  std::shared_ptr<void> memory_;
};

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_FILES_H_
