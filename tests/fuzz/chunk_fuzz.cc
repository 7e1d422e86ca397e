// Any bytes as a chunk of the embedded log, with a checksum that fits in half of the cases: it is visited or refused with
// DATA_LOSS, and building what was visited gives the same bytes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "libs/base/big_endian.h"
#include "libs/base/check.h"
#include "libs/base/crc32c.h"
#include "libs/log_rocks/chunk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr uint64_t kNumber = 7;
  std::string value(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    value.insert(0, "SIPC\x01");
    sip::AppendBigEndian(value, sip::ExtendCrc32c(sip::Crc32c(sip::ChunkKey(kNumber)), value), 4);
  }
  sip::ChunkBuilder builder;
  const absl::Status status = sip::VisitChunk(kNumber, value, [&](const sip::ChunkEntry& entry) {
    builder.Add(entry.log, entry.partition, entry.record);
    return absl::OkStatus();
  });
  SIP_CHECK(status.ok() || status.code() == absl::StatusCode::kDataLoss);
  if (status.ok()) SIP_CHECK(builder.Finish(kNumber) == value);
  return 0;
}
