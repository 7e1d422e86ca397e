#include "libs/log_rocks/chunk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/big_endian.h"
#include "libs/base/crc32c.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr absl::string_view kMagic("SIPC\x01", 5);
constexpr size_t kKeySize = 8;
constexpr size_t kLogSize = 2;
constexpr size_t kPartitionSize = 4;
constexpr size_t kLengthSize = 4;
constexpr size_t kEntryHeadSize = kLogSize + kPartitionSize + kLengthSize;
constexpr size_t kChecksumSize = 4;

// Of the number too, so that a chunk in another's place is seen.
uint32_t ChecksumOf(uint64_t number, absl::string_view body) { return ExtendCrc32c(Crc32c(ChunkKey(number)), body); }

absl::Status Damaged(uint64_t number, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("chunk ", number, " is damaged: ", what));
}

}  // namespace

std::string ChunkKey(uint64_t number) {
  std::string key;
  AppendBigEndian(key, number, kKeySize);
  return key;
}

absl::StatusOr<uint64_t> ChunkNumber(absl::string_view key) {
  if (key.size() != kKeySize) return absl::DataLossError("the log's database holds a row that is not a chunk");
  return ReadBigEndian(key);
}

ChunkBuilder::ChunkBuilder() : bytes_(kMagic.data(), kMagic.size()) {}

void ChunkBuilder::Add(uint16_t log, uint32_t partition, const RecordView& record) {
  empty_ = false;
  AppendBigEndian(bytes_, log, kLogSize);
  AppendBigEndian(bytes_, partition, kPartitionSize);
  AppendBigEndian(bytes_, FrameSize(record), kLengthSize);
  AppendFrame(record, bytes_);
}

std::string ChunkBuilder::Finish(uint64_t number) {
  AppendBigEndian(bytes_, ChecksumOf(number, bytes_), kChecksumSize);
  empty_ = true;
  return std::exchange(bytes_, std::string(kMagic.data(), kMagic.size()));
}

absl::Status VisitChunk(uint64_t number, absl::string_view value, absl::FunctionRef<absl::Status(const ChunkEntry&)> visit) {
  if (value.size() < kMagic.size() + kChecksumSize) return Damaged(number, "it is too short");
  absl::string_view rest = value.substr(0, value.size() - kChecksumSize);
  if (ChunkChecksum(value) != ChecksumOf(number, rest)) return Damaged(number, "its checksum does not fit");
  if (rest.substr(0, kMagic.size()) != kMagic) return Damaged(number, "it has another format");
  rest.remove_prefix(kMagic.size());
  while (!rest.empty()) {
    if (rest.size() < kEntryHeadSize) return Damaged(number, "a record's head is cut off");
    ChunkEntry entry;
    entry.log = static_cast<uint16_t>(ReadBigEndian(rest.substr(0, kLogSize)));
    entry.partition = static_cast<uint32_t>(ReadBigEndian(rest.substr(kLogSize, kPartitionSize)));
    const uint64_t length = ReadBigEndian(rest.substr(kLogSize + kPartitionSize, kLengthSize));
    rest.remove_prefix(kEntryHeadSize);
    if (rest.size() < length) return Damaged(number, "a record is cut off");
    SIP_ASSIGN_OR_RETURN(entry.record, DecodeFrame(rest.substr(0, length)));
    rest.remove_prefix(length);
    SIP_RETURN_IF_ERROR(visit(entry));
  }
  return absl::OkStatus();
}

uint32_t ChunkChecksum(absl::string_view value) {
  return value.size() < kChecksumSize ? 0 : static_cast<uint32_t>(ReadBigEndian(value.substr(value.size() - kChecksumSize)));
}

}  // namespace sip
