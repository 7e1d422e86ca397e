// The installation's secret: 32 random bytes in a file that only the server's user can read.
#ifndef SIP_LIBS_CONFIG_SECRET_FILE_H_
#define SIP_LIBS_CONFIG_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sip {

// Reads the secret, or makes one where there is no file, durable before this returns. FAILED_PRECONDITION if others may read the
// file or it is not 32 bytes long; UNAVAILABLE with the system's reason if it cannot be read or made.
absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& path);
// The same, but NOT_FOUND if there is no file: for secrets that several nodes share.
absl::StatusOr<std::string> LoadSecret(const std::string& path);

}  // namespace sip

#endif  // SIP_LIBS_CONFIG_SECRET_FILE_H_
