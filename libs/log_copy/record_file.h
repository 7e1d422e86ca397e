// The file that holds one partition in a copy of logs: its bytes, and reading it (internal to log_copy). docs/log-format.md has the
// form.
#ifndef SIP_LIBS_LOG_COPY_RECORD_FILE_H_
#define SIP_LIBS_LOG_COPY_RECORD_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/record.h"
#include "libs/log_copy/record_merge.h"

namespace sip {

// Where such a file ends.
struct RecordFileEnd {
  uint64_t bytes = 0;
  uint64_t records = 0;
  std::string digest;  // 32 bytes.

  friend bool operator==(const RecordFileEnd&, const RecordFileEnd&) = default;
};

// Whether files may be called after the log.
bool IsLogName(absl::string_view name);
// "sip.plans-3.records".
std::string RecordFileName(absl::string_view log, uint32_t partition);

// What the file begins with, and where it ends then.
std::string RecordFileHeader(absl::string_view log_id, uint32_t partition);
RecordFileEnd EndOfHeader(absl::string_view header);

// Appends the record to `out`, and moves `end` behind it.
void AppendToRecordFile(const RecordView& record, RecordFileEnd& end, std::string& out);

// Reads the records of a file one after the other. Keeps no file open.
class RecordFileReader : public RecordStream {
 public:
  // What a file must begin with, and how far it is read.
  RecordFileReader(std::string path, std::string header, uint64_t until);

  // DATA_LOSS where what follows is not a whole record, or not as it was written; also for a file of another partition.
  absl::StatusOr<std::optional<RecordView>> Next() override;

  // Behind the last record that was read.
  const RecordFileEnd& end() const { return end_; }

 private:
  absl::Status ReadHeader();
  // Makes the next `size` bytes be in the buffer.
  absl::Status Fill(size_t size);

  const std::string path_;
  const std::string header_;
  const uint64_t until_;
  RecordFileEnd end_;
  std::string buffer_;  // Begins at `buffer_at_` of the file.
  uint64_t buffer_at_ = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_RECORD_FILE_H_
