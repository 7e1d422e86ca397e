#include "libs/base/uuid.h"

#include <openssl/rand.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"

namespace sip {
namespace {

constexpr size_t kTextSize = 36;

bool IsDash(size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

// The value of a lower-case hexadecimal digit, or -1.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

void SetVersion(std::array<uint8_t, 16>& bytes, int version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
}

}  // namespace

std::optional<Uuid> Uuid::Parse(absl::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  std::array<uint8_t, 16> bytes{};
  size_t nibble = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsDash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = HexValue(text[i]);
    if (value < 0) return std::nullopt;
    bytes[nibble / 2] = static_cast<uint8_t>((bytes[nibble / 2] << 4) | value);
    ++nibble;
  }
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::FromBytes(absl::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  std::array<uint8_t, 16> value{};
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return Uuid(value);
}

std::string Uuid::ToString() const {
  const std::string hex = absl::BytesToHexString(ToBytes());
  const absl::string_view view = hex;
  return absl::StrCat(view.substr(0, 8), "-", view.substr(8, 4), "-", view.substr(12, 4), "-", view.substr(16, 4), "-",
                      view.substr(20));
}

std::string Uuid::ToBytes() const { return std::string(bytes_.begin(), bytes_.end()); }

bool Uuid::IsNil() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t byte) { return byte == 0; });
}

std::optional<absl::Time> Uuid::MintedAt() const {
  if (Version() != 7) return std::nullopt;
  int64_t milliseconds = 0;
  for (size_t i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | bytes_[i];
  return absl::FromUnixMillis(milliseconds);
}

Uuid MakeUuidV7(absl::Time now, absl::string_view random) {
  SIP_CHECK(random.size() >= 10);
  std::array<uint8_t, 16> bytes{};
  const auto milliseconds = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(milliseconds >> (8 * (5 - i)));
  std::copy_n(random.begin(), 10, bytes.begin() + 6);
  SetVersion(bytes, 7);
  return Uuid(bytes);
}

Uuid MakeUuidV8(absl::string_view digest) {
  SIP_CHECK(digest.size() >= 16);
  std::array<uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), 16, bytes.begin());
  SetVersion(bytes, 8);
  return Uuid(bytes);
}

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  SIP_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) == 1);
  return bytes;
}

Uuid NewUuidV7() { return MakeUuidV7(SystemClock().Now(), RandomBytes(10)); }

}  // namespace sip
