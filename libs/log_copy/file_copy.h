// A copy of logs in a folder of files (docs/log-format.md), as source and as target.
//
//   auto copy = OpenFileCopy("/media/copy");                // A finished one, to read.
//   auto target = NewFileCopyTarget("/media/copy");         // One to begin, to go on with, or to make longer.
#ifndef SIP_LIBS_LOG_COPY_FILE_COPY_H_
#define SIP_LIBS_LOG_COPY_FILE_COPY_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/record_source.h"

namespace sip {

// NOT_FOUND, with what to do, if there is no finished copy in the folder; DATA_LOSS if its manifest is damaged. What is wrong with
// a file is told when the source is visited.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenFileCopy(const std::string& folder);

// Nothing is created before the first record comes. What an interrupted export has left incomplete is cut off then. `Begin` refuses
// files of another log, and what the manifest names but is damaged. Nobody else may write to the folder meanwhile: UNAVAILABLE.
// `write_bytes`: so much is written at once to each file.
std::unique_ptr<RecordTarget> NewFileCopyTarget(const std::string& folder, size_t write_bytes = size_t{128} << 10);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_FILE_COPY_H_
