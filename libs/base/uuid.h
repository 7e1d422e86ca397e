// UUIDs (RFC 9562): the value type, its canonical text, and the two versions that this system mints.
#ifndef SIP_LIBS_BASE_UUID_H_
#define SIP_LIBS_BASE_UUID_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

// 16 bytes in network order. The default value is the nil UUID, which names nothing.
class Uuid {
 public:
  Uuid() = default;
  explicit Uuid(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}

  // Reads the canonical form only: 36 characters, lower case. Absent otherwise.
  static std::optional<Uuid> Parse(absl::string_view text);
  // Reads exactly 16 bytes. Absent otherwise.
  static std::optional<Uuid> FromBytes(absl::string_view bytes);

  // The canonical text.
  std::string ToString() const;
  // The 16 bytes.
  std::string ToBytes() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  bool IsNil() const;
  // The version number in it (1–8).
  int Version() const { return bytes_[6] >> 4; }
  // When a version 7 was minted; absent for others.
  std::optional<absl::Time> MintedAt() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Uuid& uuid) {
    return H::combine(std::move(state), uuid.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
};

// A version 7 UUID of `now` with `random`, of which at least 10 bytes are needed.
Uuid MakeUuidV7(absl::Time now, absl::string_view random);

// A version 8 UUID: the first 16 bytes of `digest` (at least 16 bytes) with version and variant set.
Uuid MakeUuidV8(absl::string_view digest);

// `size` bytes from the system's cryptographic random source.
std::string RandomBytes(size_t size);

// A fresh UUID for those who may use clock and randomness (never the pure core).
Uuid NewUuidV7();

}  // namespace sip

#endif  // SIP_LIBS_BASE_UUID_H_
