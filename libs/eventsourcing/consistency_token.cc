#include "libs/eventsourcing/consistency_token.h"

#include "absl/strings/escaping.h"
#include "libs/base/big_endian.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

constexpr char kTokenFormat = 1;
constexpr size_t kLogIdSize = 16;
constexpr size_t kLeafPrefixSize = 8;
constexpr size_t kEncodedSize = 1 + kLogIdSize + 4 + 8 + kLeafPrefixSize;

}  // namespace

std::string EncodeToken(const ConsistencyToken& token) {
  std::string bytes(1, kTokenFormat);
  bytes.append(token.log_id);
  AppendBigEndian(bytes, token.partition, 4);
  AppendBigEndian(bytes, token.idx, 8);
  bytes.append(token.leaf_prefix);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<ConsistencyToken> DecodeToken(absl::string_view text) {
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(text, &decoded) || decoded.size() != kEncodedSize || decoded[0] != kTokenFormat) {
    return RejectionStatus(Reason::REASON_TOKEN_INVALID);
  }
  absl::string_view bytes = decoded;
  bytes.remove_prefix(1);
  ConsistencyToken token;
  token.log_id = std::string(bytes.substr(0, kLogIdSize));
  bytes.remove_prefix(kLogIdSize);
  token.partition = static_cast<uint32_t>(ReadBigEndian(bytes.substr(0, 4)));
  token.idx = ReadBigEndian(bytes.substr(4, 8));
  token.leaf_prefix = std::string(bytes.substr(12));
  return token;
}

}  // namespace sip
