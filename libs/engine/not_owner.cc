#include "libs/engine/not_owner.h"

#include "absl/strings/cord.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

constexpr char kMark[] = "sip.engine/not_owner";

}  // namespace

absl::Status NotOwnerStatus(absl::string_view detail) {
  absl::Status status = RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", detail);
  status.SetPayload(kMark, absl::Cord());
  return status;
}

bool IsNotOwner(const absl::Status& status) { return status.GetPayload(kMark).has_value(); }

}  // namespace sip
