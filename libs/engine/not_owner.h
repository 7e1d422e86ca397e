// The refusal by a node that does not own the partition, or lost it before it knew what became of a command. Whoever routes asks
// the owner instead, with the same request id; a client that gets it tries again later.
#ifndef SIP_LIBS_ENGINE_NOT_OWNER_H_
#define SIP_LIBS_ENGINE_NOT_OWNER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sip {

// A NOT_CAUGHT_UP rejection with a mark; `detail` says what happened.
absl::Status NotOwnerStatus(absl::string_view detail);
bool IsNotOwner(const absl::Status& status);

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_NOT_OWNER_H_
