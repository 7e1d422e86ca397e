// The two small files beside the chunks: the stored state, which makes opening quick, and the anchors, which lie on another volume
// and tell when a tail was lost (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_FOLDER_FILES_H_
#define SIP_LIBS_LOG_ROCKS_FOLDER_FILES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/rocks/files.h"
#include "sip/log/v1/checkpoint.pb.h"

namespace sip {

// Replaces the file as a whole; after a crash it is the old one or the new one. Not synced: the state can be made again.
absl::Status WriteStateFile(const RocksFiles& files, const std::string& path, log::v1::EmbeddedLogState state);
// Absent if there is none, or it cannot be read or is damaged.
std::optional<log::v1::EmbeddedLogState> ReadStateFile(const RocksFiles& files, const std::string& path);

// As WriteStateFile, and synced.
absl::Status WriteAnchorFile(const RocksFiles& files, const std::string& path, log::v1::AnchorFile file);
// Absent if there is none; FAILED_PRECONDITION, with what to do, if it is damaged; UNAVAILABLE if it cannot be read.
absl::StatusOr<std::optional<log::v1::AnchorFile>> ReadAnchorFile(const RocksFiles& files, const std::string& path);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_FOLDER_FILES_H_
