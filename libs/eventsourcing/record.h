// The record: its frame, its leaf and its partition (docs/log-format.md). Pure; bytes in, bytes out.
#ifndef SIP_LIBS_EVENTSOURCING_RECORD_H_
#define SIP_LIBS_EVENTSOURCING_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

// The byte after "SIP1" in the frame. Stored: never renumbered.
enum class RecordKind : uint8_t { kGenesis = 1, kClaim = 2, kCommand = 3 };

// Limits of the stored format.
inline constexpr size_t kMaxRecordBytes = 4 << 20;

// A record as it lies in a log. `header` is the serialized GenesisHeader, ClaimHeader or CommandHeader and is never re-serialized:
// digests are over these bytes. `payload` is empty but for commands.
struct Record {
  RecordKind kind = RecordKind::kCommand;
  std::string header;
  std::string payload;

  friend bool operator==(const Record&, const Record&) = default;
};

// A record that lies in somebody else's buffer.
struct RecordView {
  RecordKind kind = RecordKind::kCommand;
  absl::string_view header;
  absl::string_view payload;
};

// "SIP1" ‖ kind ‖ u32be header length ‖ header ‖ u32be payload length ‖ payload.
std::string EncodeFrame(const RecordView& record);
inline std::string EncodeFrame(const Record& record) { return EncodeFrame(RecordView{record.kind, record.header, record.payload}); }

// The same behind what is already in `out`, and how many bytes that is.
void AppendFrame(const RecordView& record, std::string& out);
size_t FrameSize(const RecordView& record);

// The inverse; the views point into `frame`. DATA_LOSS says what is wrong for anything that is not exactly one whole frame.
absl::StatusOr<RecordView> DecodeFrame(absl::string_view frame);

// SHA-256(0x00 ‖ "sip-leaf/v1\n" ‖ kind ‖ header), 32 bytes.
std::string LeafOf(RecordKind kind, absl::string_view header);

// First 8 bytes of SHA-256(id as 16 bytes), big endian, mod `partition_count`.
uint32_t PartitionOf(const Uuid& case_id, uint32_t partition_count);

// DATA_LOSS unless `payload` has the digest that `header` states.
absl::Status CheckPayloadDigest(const log::v1::CommandHeader& header, absl::string_view payload);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_RECORD_H_
