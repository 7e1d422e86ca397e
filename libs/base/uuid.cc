#include "libs/base/uuid.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"

namespace sip {
namespace {

constexpr size_t kTextSize = 36;
constexpr std::array<size_t, 4> kDashes = {8, 13, 18, 23};
// Where the two digits of each byte begin.
constexpr std::array<size_t, 16> kDigits = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

constexpr uint8_t kNoDigit = 0xff;
// By character: the value of a lower-case hexadecimal digit, or kNoDigit.
constexpr std::array<uint8_t, 256> kHexValues = [] {
  std::array<uint8_t, 256> values{};
  for (uint8_t& value : values) value = kNoDigit;
  for (uint8_t i = 0; i < 10; ++i) values[static_cast<size_t>('0') + i] = i;
  for (uint8_t i = 0; i < 6; ++i) values[static_cast<size_t>('a') + i] = static_cast<uint8_t>(10 + i);
  return values;
}();

uint8_t HexValue(char c) { return kHexValues[static_cast<uint8_t>(c)]; }

void SetVersion(std::array<uint8_t, 16>& bytes, int version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
}

// Asking the source costs more than what it gives: an id asks for a few bytes of a block. Processes that fork without exec would
// share what is left of it; ours do not.
class RandomBlock {
 public:
  void Draw(std::string& bytes) {
    if (bytes.size() > block_.size()) return Fill(bytes.data(), bytes.size());
    if (bytes.size() > block_.size() - used_) {
      Fill(block_.data(), block_.size());
      used_ = 0;
    }
    std::copy_n(block_.begin() + used_, bytes.size(), bytes.begin());
    // Some become secrets: no copy stays here.
    OPENSSL_cleanse(block_.data() + used_, bytes.size());
    used_ += bytes.size();
  }

 private:
  static void Fill(char* bytes, size_t size) {
    SIP_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes), static_cast<int>(size)) == 1);
  }

  std::array<char, 1024> block_{};
  size_t used_ = block_.size();
};

}  // namespace

std::optional<Uuid> Uuid::Parse(absl::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  for (const size_t dash : kDashes) {
    if (text[dash] != '-') return std::nullopt;
  }
  std::array<uint8_t, 16> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t high = HexValue(text[kDigits[i]]);
    const uint8_t low = HexValue(text[kDigits[i] + 1]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
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
  thread_local RandomBlock block;
  std::string bytes(size, '\0');
  block.Draw(bytes);
  return bytes;
}

Uuid NewUuidV7() { return MakeUuidV7(SystemClock().Now(), RandomBytes(10)); }

}  // namespace sip
