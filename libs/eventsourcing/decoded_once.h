// The decoded form of a stored record, made by the first who needs it and shared by all that hold the record.
#ifndef SIP_LIBS_EVENTSOURCING_DECODED_ONCE_H_
#define SIP_LIBS_EVENTSOURCING_DECODED_ONCE_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/base/mutex.h"

namespace sip {

struct RecordedCommand;

// Thread-safe. A copy begins empty, and what is assigned to becomes empty: it goes with another record then.
class DecodedOnce {
 public:
  using Decoded = std::shared_ptr<const RecordedCommand>;

  DecodedOnce() = default;
  DecodedOnce(const DecodedOnce&) {}
  DecodedOnce& operator=(const DecodedOnce& other) {
    if (this == &other) return *this;
    MutexLock lock(mutex_);
    decoded_ = nullptr;
    return *this;
  }

  // What is there, or else what `decode` gives; an error is not kept.
  absl::StatusOr<Decoded> GetOr(absl::FunctionRef<absl::StatusOr<Decoded>()> decode) const {
    MutexLock lock(mutex_);
    if (decoded_ != nullptr) return decoded_;
    absl::StatusOr<Decoded> fresh = decode();
    if (fresh.ok()) decoded_ = *fresh;
    return fresh;
  }

 private:
  mutable Mutex mutex_;
  mutable Decoded decoded_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_DECODED_ONCE_H_
