// Unsigned integers as bytes in network order.
#ifndef SIP_LIBS_BASE_BIG_ENDIAN_H_
#define SIP_LIBS_BASE_BIG_ENDIAN_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sip {

// Appends the `size` (at most 8) low bytes of `value`, highest first.
inline void AppendBigEndian(std::string& out, uint64_t value, size_t size) {
  char bytes[8];
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  out.append(bytes, size);
}

// The number that `bytes` (at most 8) hold, highest first.
inline uint64_t ReadBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

}  // namespace sip

#endif  // SIP_LIBS_BASE_BIG_ENDIAN_H_
