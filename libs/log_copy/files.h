// Files that must be there after a loss of power (internal to log_copy).
#ifndef SIP_LIBS_LOG_COPY_FILES_H_
#define SIP_LIBS_LOG_COPY_FILES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

// A folder that nobody else may lock while this lives.
class LockedFolder {
 public:
  // Creates the folder if need be. UNAVAILABLE if another process has locked it.
  static absl::StatusOr<LockedFolder> Lock(const std::string& path);
  LockedFolder(LockedFolder&& other) noexcept;
  LockedFolder& operator=(LockedFolder&& other) noexcept;
  ~LockedFolder();

  // Files that were created or renamed in it stay.
  absl::Status Sync() const;

 private:
  explicit LockedFolder(int handle, std::string path);
  int handle_;
  std::string path_;
};

// Writes `bytes` at `offset` of the file, which is created if need be, and cuts off what it had behind that.
absl::Status WriteTail(const std::string& path, uint64_t offset, absl::string_view bytes);
absl::Status SyncFile(const std::string& path);

// Absent if there is no such file.
absl::StatusOr<std::optional<uint64_t>> FileBytes(const std::string& path);
// At most `most` bytes from `offset` on; fewer at the file's end only.
absl::StatusOr<std::string> ReadBytes(const std::string& path, uint64_t offset, size_t most);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_FILES_H_
