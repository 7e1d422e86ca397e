#include "libs/eventsourcing/record.h"

#include "absl/strings/str_cat.h"
#include "libs/base/big_endian.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"

namespace sip {
namespace {

constexpr absl::string_view kMagic = "SIP1";
constexpr size_t kLengthSize = 4;
constexpr absl::string_view kLeafDomain("\0sip-leaf/v1\n", 13);

absl::Status Malformed(absl::string_view what) { return absl::DataLossError(absl::StrCat("not a record frame: ", what)); }

// Takes a length and that many bytes off the front of `rest`.
absl::StatusOr<absl::string_view> TakeField(absl::string_view& rest, absl::string_view name) {
  if (rest.size() < kLengthSize) return Malformed(absl::StrCat("it ends before the length of its ", name));
  const uint64_t length = ReadBigEndian(rest.substr(0, kLengthSize));
  rest.remove_prefix(kLengthSize);
  if (rest.size() < length) return Malformed(absl::StrCat("it ends within its ", name));
  const absl::string_view field = rest.substr(0, length);
  rest.remove_prefix(length);
  return field;
}

}  // namespace

std::string EncodeFrame(const RecordView& record) {
  std::string frame;
  frame.reserve(FrameSize(record));
  AppendFrame(record, frame);
  return frame;
}

void AppendFrame(const RecordView& record, std::string& out) {
  SIP_CHECK(record.header.size() <= UINT32_MAX && record.payload.size() <= UINT32_MAX);
  out.append(kMagic.data(), kMagic.size());
  out.push_back(static_cast<char>(record.kind));
  AppendBigEndian(out, record.header.size(), kLengthSize);
  out.append(record.header.data(), record.header.size());
  AppendBigEndian(out, record.payload.size(), kLengthSize);
  out.append(record.payload.data(), record.payload.size());
}

size_t FrameSize(const RecordView& record) {
  return kMagic.size() + 1 + kLengthSize + record.header.size() + kLengthSize + record.payload.size();
}

absl::StatusOr<RecordView> DecodeFrame(absl::string_view frame) {
  absl::string_view rest = frame;
  if (rest.substr(0, kMagic.size()) != kMagic) return Malformed("it does not begin with SIP1");
  rest.remove_prefix(kMagic.size());
  if (rest.empty()) return Malformed("it ends before its kind");
  const auto kind = static_cast<RecordKind>(rest[0]);
  if (kind != RecordKind::kGenesis && kind != RecordKind::kClaim && kind != RecordKind::kCommand) {
    return Malformed(absl::StrCat("unknown kind ", static_cast<uint8_t>(rest[0])));
  }
  rest.remove_prefix(1);
  const absl::StatusOr<absl::string_view> header = TakeField(rest, "header");
  if (!header.ok()) return header.status();
  const absl::StatusOr<absl::string_view> payload = TakeField(rest, "payload");
  if (!payload.ok()) return payload.status();
  if (!rest.empty()) return Malformed("bytes follow its payload");
  if (kind != RecordKind::kCommand && !payload->empty()) return Malformed("only commands have a payload");
  return RecordView{kind, *header, *payload};
}

std::string LeafOf(RecordKind kind, absl::string_view header) {
  const char kind_byte = static_cast<char>(kind);
  return Sha256Of({kLeafDomain, absl::string_view(&kind_byte, 1), header});
}

uint32_t PartitionOf(const Uuid& case_id, uint32_t partition_count) {
  SIP_CHECK(partition_count > 0);
  const std::string digest = Sha256(case_id.ToBytes());
  return static_cast<uint32_t>(ReadBigEndian(absl::string_view(digest).substr(0, 8)) % partition_count);
}

absl::Status CheckPayloadDigest(const log::v1::CommandHeader& header, absl::string_view payload) {
  if (Sha256(payload) == header.payload_sha256()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the payload of command ", header.idx(), " in partition ", header.partition(),
                                          " does not have the digest that its header states"));
}

}  // namespace sip
