// Marks a failure of the local stream store, as opposed to one of the log: another node can own the partition, this one cannot.
#ifndef SIP_LIBS_ENGINE_STORE_FAILURE_H_
#define SIP_LIBS_ENGINE_STORE_FAILURE_H_

#include "absl/status/status.h"
#include "absl/strings/cord.h"

namespace sip {

inline constexpr char kStoreFailureMark[] = "sip.engine/store_failure";

// `status` with the mark; OK stays as it is.
inline absl::Status StoreFailure(absl::Status status) {
  if (!status.ok()) status.SetPayload(kStoreFailureMark, absl::Cord());
  return status;
}

inline bool IsStoreFailure(const absl::Status& status) { return status.GetPayload(kStoreFailureMark).has_value(); }

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_STORE_FAILURE_H_
