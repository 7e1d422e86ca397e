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

// The same, by a node that may have recorded the command: what became of it is found out where the partition is served next.
absl::Status UnknownFateStatus(absl::string_view detail);
bool IsUnknownFate(const absl::Status& status);

// What a client is told whose command is refused by one node after another did not know what became of it. An overloaded node has
// not looked: to the client that would mean that nothing was recorded, so it hears what it hears from one that does not know.
absl::Status RefusalAfterUnknownFate(const absl::Status& refusal);

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_NOT_OWNER_H_
