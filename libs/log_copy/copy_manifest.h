// manifest.json: which logs a copy in files has, and where their files end (internal to log_copy).
#ifndef SIP_LIBS_LOG_COPY_COPY_MANIFEST_H_
#define SIP_LIBS_LOG_COPY_COPY_MANIFEST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_copy/files.h"
#include "libs/log_copy/record_file.h"

namespace sip {

struct CopyManifest {
  std::vector<LogIdentity> logs;
  // Of all partitions, in the order of the logs.
  std::vector<RecordFileEnd> ends;
};

// Absent if there is none. DATA_LOSS, with what to do, if it is not one.
absl::StatusOr<std::optional<CopyManifest>> ReadCopyManifest(const std::string& folder);

// Replaces it as a whole; durable afterwards.
absl::Status WriteCopyManifest(const std::string& path, const LockedFolder& folder, const CopyManifest& manifest);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_COPY_MANIFEST_H_
