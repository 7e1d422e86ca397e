// A chunk: all records of one group commit, of any log and partition, as the value of one RocksDB row. docs/log-format.md describes
// the bytes. Pure.
#ifndef SIP_LIBS_LOG_ROCKS_CHUNK_H_
#define SIP_LIBS_LOG_ROCKS_CHUNK_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// The row's key: the chunk's number, 8 bytes, big endian.
std::string ChunkKey(uint64_t number);
// DATA_LOSS if it is not such a key.
absl::StatusOr<uint64_t> ChunkNumber(absl::string_view key);

// Puts records together.
class ChunkBuilder {
 public:
  ChunkBuilder();
  // `log` is the log's ordinal in the folder.
  void Add(uint16_t log, uint32_t partition, const RecordView& record);
  bool empty() const { return empty_; }
  // The whole value; the builder is empty afterwards.
  std::string Finish(uint64_t number);

 private:
  std::string bytes_;
  bool empty_ = true;
};

// One record of a chunk; the views point into the chunk.
struct ChunkEntry {
  uint16_t log = 0;
  uint32_t partition = 0;
  RecordView record;
};

// The records of chunk `number` in order. DATA_LOSS if `value` is not that chunk, whole and unharmed; else what `visit` gives first
// that is not OK.
absl::Status VisitChunk(uint64_t number, absl::string_view value, absl::FunctionRef<absl::Status(const ChunkEntry&)> visit);

// The checksum that ends the chunk, unchecked; 0 if it is too short to have one.
uint32_t ChunkChecksum(absl::string_view value);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_CHUNK_H_
