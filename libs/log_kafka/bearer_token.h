// How a client proves itself with OAUTHBEARER: by a JSON Web Token in a file, which whoever renews it replaces (internal to
// log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_BEARER_TOKEN_H_
#define SIP_LIBS_LOG_KAFKA_BEARER_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sip {

struct BearerToken {
  std::string text;     // As it is sent.
  std::string subject;  // Its claim "sub".
  absl::Time expires;   // Its claim "exp".
};

// The signature is the brokers' to verify. INVALID_ARGUMENT names the file and says what is wrong: it cannot be read or is longer
// than 64 KiB, is no token, names no subject or no end, or has expired at `now`. Says nothing of what the file holds.
absl::StatusOr<BearerToken> ReadBearerToken(const std::string& file, absl::Time now);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_BEARER_TOKEN_H_
