// CRC-32C (Castagnoli, as in RFC 3720): finds damage, keeps no secret.
#ifndef SIP_LIBS_BASE_CRC32C_H_
#define SIP_LIBS_BASE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace sip {

// The checksum of the bytes that gave `crc`, followed by `data`. Begin with 0.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view data);

inline uint32_t Crc32c(absl::string_view data) { return ExtendCrc32c(0, data); }

}  // namespace sip

#endif  // SIP_LIBS_BASE_CRC32C_H_
