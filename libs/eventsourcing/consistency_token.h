// What a client holds to read its own writes: a place in a log and a piece of the leaf there, opaque outside.
#ifndef SIP_LIBS_EVENTSOURCING_CONSISTENCY_TOKEN_H_
#define SIP_LIBS_EVENTSOURCING_CONSISTENCY_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

// How much of a leaf tells one history from another, wherever a whole one would be too long.
inline constexpr size_t kLeafPrefixBytes = 8;

struct ConsistencyToken {
  std::string log_id;  // 16 bytes.
  uint32_t partition = 0;
  uint64_t idx = 0;
  std::string leaf_prefix;  // First 8 bytes of the leaf at idx.

  friend bool operator==(const ConsistencyToken&, const ConsistencyToken&) = default;
};

// base64url without padding over a version byte and the fixed-size fields.
std::string EncodeToken(const ConsistencyToken& token);
// A TOKEN_INVALID rejection for anything that EncodeToken did not make.
absl::StatusOr<ConsistencyToken> DecodeToken(absl::string_view text);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_CONSISTENCY_TOKEN_H_
