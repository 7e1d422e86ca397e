// Writes records of another copy of the logs into an embedded log's folder, byte by byte, while nothing else writes to it. What the
// folder has and what comes is folded: nothing is written that the fold would stop at (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_CHUNK_WRITER_H_
#define SIP_LIBS_LOG_ROCKS_CHUNK_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/log_rocks/chunk.h"
#include "libs/log_rocks/fold_table.h"
#include "libs/rocks/database.h"

namespace sip {

// Not thread-safe.
class ChunkWriter {
 public:
  // Creates the folder if need be. UNAVAILABLE if a server, or anything else, has it open; DATA_LOSS if it is damaged.
  static absl::StatusOr<std::unique_ptr<ChunkWriter>> Open(const std::string& path, size_t chunk_bytes);

  // The next record of the partition. The Genesis records of a log must come together and before its other records. What the fold
  // says if it stops at the record, which is then not written; FAILED_PRECONDITION if it cannot come now.
  absl::Status Append(const std::string& log, uint32_t partition, const RecordView& record);

  // Writes what waits; it is durable then. After an error its fate is unknown: close the writer.
  absl::Status Sync();

 private:
  explicit ChunkWriter(size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}
  // The log's ordinal, also of one that this record begins.
  absl::StatusOr<uint16_t> OrdinalOf(const std::string& log, const RecordView& record) const;
  // Whether each partition of each log has its Genesis.
  bool AllStarted() const;

  const size_t chunk_bytes_;
  std::unique_ptr<RocksDatabase> database_;
  FoldTable table_;
  uint64_t next_chunk_ = 0;
  ChunkBuilder builder_;
  size_t waiting_bytes_ = 0;
  bool all_started_ = true;  // What AllStarted says.
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_CHUNK_WRITER_H_
