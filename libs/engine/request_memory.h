// How long request ids are remembered: which of them may be forgotten now. Pure but for the store that it reads.
#ifndef SIP_LIBS_ENGINE_REQUEST_MEMORY_H_
#define SIP_LIBS_ENGINE_REQUEST_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/engine/stream_store.h"

namespace sip {

// What is remembered at some moment.
struct RequestMemory {
  absl::Time recorded_before;
  uint64_t before_idx = 0;

  // A record's answer is given no more if it is both old and far back.
  bool Forgets(absl::Time recorded_at, uint64_t idx) const { return recorded_at < recorded_before && idx < before_idx; }
  // The id says itself that it is too old: nobody knows any more whether it was answered.
  bool IsTooOld(const Uuid& request_id) const {
    const std::optional<absl::Time> minted = request_id.MintedAt();
    return minted.has_value() && *minted < recorded_before;
  }
};

// Looks at no more than `max_records` records from `remembered_from` on. An id stays if a later record answers it, if it is of a
// caller whose clock is ahead, so that it would not be refused for its age, or if its record cannot be read.
StreamStoreBatch::ForgottenRequests RequestsToForget(const StreamStore& store, uint32_t partition, uint64_t remembered_from,
                                                     const RequestMemory& memory, size_t max_records);

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_REQUEST_MEMORY_H_
