#include "libs/log_kafka/bearer_token.h"

#include <fstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace sip {
namespace {

constexpr char kTokenCharacters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.";
constexpr size_t kMaxBytes = 64 << 10;
// No token lives that long; librdkafka counts in microseconds.
constexpr double kMaxSeconds = 1e12;

absl::Status Bad(const std::string& file, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("kafka.token_file: ", file, " ", what));
}

// The claims of a token, whatever signs it.
bool ParseClaims(absl::string_view token, google::protobuf::Struct& claims) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  std::string json;
  const bool clean = token.find_first_not_of(kTokenCharacters) == absl::string_view::npos;
  return clean && parts.size() == 3 && absl::WebSafeBase64Unescape(parts[1], &json) &&
         google::protobuf::util::JsonStringToMessage(json, &claims).ok();
}

}  // namespace

absl::StatusOr<BearerToken> ReadBearerToken(const std::string& file, absl::Time now) {
  std::ifstream stream(file, std::ios::binary);
  std::string content(kMaxBytes + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<size_t>(stream.gcount()));
  if (content.empty()) return Bad(file, "cannot be read, or is empty");
  if (content.size() > kMaxBytes) return Bad(file, "is longer than 64 KiB");
  BearerToken token;
  token.text = std::string(absl::StripAsciiWhitespace(content));
  google::protobuf::Struct claims;
  if (!ParseClaims(token.text, claims)) return Bad(file, "is no JSON Web Token");
  const auto subject = claims.fields().find("sub");
  if (subject == claims.fields().end() || subject->second.string_value().empty()) return Bad(file, "names no subject (sub)");
  const auto expires = claims.fields().find("exp");
  const double seconds = expires == claims.fields().end() ? 0 : expires->second.number_value();
  if (seconds <= 0 || seconds > kMaxSeconds) return Bad(file, "does not say when it expires (exp)");
  token.subject = subject->second.string_value();
  token.expires = absl::UnixEpoch() + absl::Seconds(seconds);
  if (token.expires <= now) return Bad(file, absl::StrCat("has expired at ", absl::FormatTime(token.expires, absl::UTCTimeZone())));
  return token;
}

}  // namespace sip
