// Which kinds a record holds, read from its parts without decoding any: how a reader passes over what it does not subscribe to.
#ifndef SIP_LIBS_CODEC_EVENT_KINDS_H_
#define SIP_LIBS_CODEC_EVENT_KINDS_H_

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

// Whether a part of the serialized Payload is of one of `kinds` (full names of messages). DATA_LOSS if it is no payload.
absl::StatusOr<bool> HoldsKindOf(absl::string_view payload, const absl::flat_hash_set<std::string>& kinds);

}  // namespace sip

#endif  // SIP_LIBS_CODEC_EVENT_KINDS_H_
