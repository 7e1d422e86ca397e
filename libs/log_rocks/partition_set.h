// Reads some partitions out of the chunks of all: what tails and take-overs have in common (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_PARTITION_SET_H_
#define SIP_LIBS_LOG_ROCKS_PARTITION_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/log_rocks/chunk.h"
#include "libs/log_rocks/live_window.h"
#include "libs/rocks/database.h"

namespace sip {

// Where chunks come from.
struct ChunkSource {
  const RocksDatabase* database = nullptr;
  const LiveWindow* window = nullptr;
};

// Not thread-safe. After an error it must not be used further.
class PartitionSet {
 public:
  using Deliver = absl::FunctionRef<absl::Status(size_t member, ValidRecordPtr record)>;

  // Members are numbered from 0 in the order in which they are added. At least one; INVALID_ARGUMENT for a partition that is one
  // already.
  absl::Status Add(uint16_t log, const ExpectedLog& expected, const ReaderCheckpoint& from);

  // Reads chunks up to without `until`, until `enough` says so between two chunks. DATA_LOSS if one is missing or damaged.
  absl::Status ReadOn(const ChunkSource& source, uint64_t until, absl::FunctionRef<bool()> enough, Deliver deliver);

  // The first chunk that has not been read for all members.
  uint64_t next() const { return next_; }
  size_t size() const { return members_.size(); }
  // Behind everything that was read.
  ReaderCheckpoint CheckpointOf(size_t member);
  const FoldState& state(size_t member) const { return members_[member].reader.state(); }

  // Members of which a record was folded since the last call.
  std::vector<size_t> TakeTouched();

 private:
  struct Member {
    uint64_t start = 0;  // Chunks before it have been folded.
    PartitionReader reader;
    bool touched = false;
  };
  // The member that reads the partition in this chunk, if any.
  Member* Find(uint16_t log, uint32_t partition, uint64_t chunk);
  absl::Status ReadLive(const LiveChunk& chunk, Deliver deliver);
  absl::Status ReadStored(uint64_t number, absl::string_view value, Deliver deliver);
  void Touch(Member& member);
  size_t NumberOf(const Member& member) const { return static_cast<size_t>(&member - members_.data()); }

  std::vector<Member> members_;
  std::vector<std::vector<int>> index_;  // By log and partition; -1 for none.
  std::vector<size_t> touched_;
  uint64_t next_ = 0;
};

// DATA_LOSS unless the log holds what the checkpoint of this partition has folded.
absl::Status CheckHistory(const ChunkSource& source, uint16_t log, uint32_t partition, const std::string& log_id,
                          const ReaderCheckpoint& from);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_PARTITION_SET_H_
