// SHA-256 and HMAC-SHA-256 over bytes.
#ifndef SIP_LIBS_BASE_SHA256_H_
#define SIP_LIBS_BASE_SHA256_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sip {

constexpr size_t kSha256Bytes = 32;

// The digest, kSha256Bytes long.
std::string Sha256(absl::string_view data);

// The digest of the concatenation of `pieces`, without copying them together.
std::string Sha256Of(absl::Span<const absl::string_view> pieces);

// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string HmacSha256(absl::string_view key, absl::string_view data);

}  // namespace sip

#endif  // SIP_LIBS_BASE_SHA256_H_
