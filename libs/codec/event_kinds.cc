#include "libs/codec/event_kinds.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/codec/stored_parts.h"

namespace sip {

absl::StatusOr<bool> HoldsKindOf(absl::string_view payload, const absl::flat_hash_set<std::string>& kinds) {
  SIP_ASSIGN_OR_RETURN(const StoredParts parts, PartsOf(payload));
  return std::any_of(parts.begin(), parts.end(), [&](const StoredPart& part) { return kinds.contains(part.kind); });
}

}  // namespace sip
