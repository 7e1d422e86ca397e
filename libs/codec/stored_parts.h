// The parts of a payload as they lie in its bytes: what is not asked for is neither parsed nor copied.
#ifndef SIP_LIBS_CODEC_STORED_PARTS_H_
#define SIP_LIBS_CODEC_STORED_PARTS_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

// A sip.log.v1.Part, with the fields of the same names that readers look at. Nothing in it has been checked.
struct StoredPart {
  uint32_t part_id = 0;
  uint32_t event_index = 0;
  uint32_t stream_index = 0;
  uint32_t completes_part_id = 0;
  int role = 0;  // A PartRole, or one that is newer than this program.
  uint64_t key_id = 0;
  absl::string_view kind;
  absl::string_view data;
};

// Most records have a request, a context and one event, each with its content.
using StoredParts = absl::InlinedVector<StoredPart, 8>;

// In their order. They point into `payload`, a serialized sip.log.v1.Payload. DATA_LOSS if it is none.
absl::StatusOr<StoredParts> PartsOf(absl::string_view payload);

}  // namespace sip

#endif  // SIP_LIBS_CODEC_STORED_PARTS_H_
