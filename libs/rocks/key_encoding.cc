#include "libs/rocks/key_encoding.h"

#include <limits>

#include "libs/base/big_endian.h"

namespace sip {
namespace {

constexpr char kEscape = '\0';
constexpr char kEscapedZero = '\xff';
constexpr char kEndOfText = '\x01';
constexpr uint64_t kSignBit = uint64_t{1} << 63;
// Not a number of nanoseconds: sorts an infinite future behind every finite one.
constexpr uint32_t kInfiniteNanos = std::numeric_limits<uint32_t>::max();

}  // namespace

KeyWriter& KeyWriter::Table(uint8_t table) {
  key_.push_back(static_cast<char>(table));
  return *this;
}

KeyWriter& KeyWriter::Text(absl::string_view text) {
  for (const char c : text) {
    key_.push_back(c);
    if (c == kEscape) key_.push_back(kEscapedZero);
  }
  key_.push_back(kEscape);
  key_.push_back(kEndOfText);
  return *this;
}

KeyWriter& KeyWriter::Uint32(uint32_t value) {
  AppendBigEndian(key_, value, 4);
  return *this;
}

KeyWriter& KeyWriter::Uint64(uint64_t value) {
  AppendBigEndian(key_, value, 8);
  return *this;
}

KeyWriter& KeyWriter::Time(absl::Time time) {
  if (time == absl::InfiniteFuture()) return Uint64(std::numeric_limits<uint64_t>::max()).Uint32(kInfiniteNanos);
  if (time == absl::InfinitePast()) return Uint64(0).Uint32(0);
  const int64_t seconds = absl::ToUnixSeconds(time);
  const int64_t nanos = (time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1);
  return Uint64(static_cast<uint64_t>(seconds) ^ kSignBit).Uint32(static_cast<uint32_t>(nanos));
}

KeyWriter& KeyWriter::Uuid(const sip::Uuid& uuid) {
  key_.append(uuid.bytes().begin(), uuid.bytes().end());
  return *this;
}

std::optional<absl::string_view> KeyReader::Bytes(size_t size) {
  if (bad_ || rest_.size() < size) {
    bad_ = true;
    return std::nullopt;
  }
  const absl::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

uint8_t KeyReader::Table() {
  const auto bytes = Bytes(1);
  return bytes.has_value() ? static_cast<uint8_t>((*bytes)[0]) : uint8_t{0};
}

std::string KeyReader::Text() {
  std::string text;
  while (const auto byte = Bytes(1)) {
    if ((*byte)[0] != kEscape) {
      text.push_back((*byte)[0]);
      continue;
    }
    const auto mark = Bytes(1);
    if (mark.has_value() && (*mark)[0] == kEndOfText) return text;
    if (!mark.has_value() || (*mark)[0] != kEscapedZero) break;
    text.push_back(kEscape);
  }
  bad_ = true;
  return "";
}

uint32_t KeyReader::Uint32() {
  const auto bytes = Bytes(4);
  return bytes.has_value() ? static_cast<uint32_t>(ReadBigEndian(*bytes)) : 0;
}

uint64_t KeyReader::Uint64() {
  const auto bytes = Bytes(8);
  return bytes.has_value() ? ReadBigEndian(*bytes) : 0;
}

absl::Time KeyReader::Time() {
  const uint64_t seconds = Uint64();
  const uint32_t nanos = Uint32();
  if (nanos == kInfiniteNanos) return absl::InfiniteFuture();
  if (seconds == 0) return absl::InfinitePast();
  return absl::FromUnixSeconds(static_cast<int64_t>(seconds ^ kSignBit)) + absl::Nanoseconds(nanos);
}

sip::Uuid KeyReader::Uuid() {
  const auto bytes = Bytes(16);
  return bytes.has_value() ? *sip::Uuid::FromBytes(*bytes) : sip::Uuid();
}

absl::Status KeyReader::Finish() const {
  if (!bad_ && rest_.empty()) return absl::OkStatus();
  return absl::DataLossError("a key has not the fields that its table demands");
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace sip
