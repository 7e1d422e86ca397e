#include "libs/engine/not_owner.h"

#include "absl/strings/cord.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

constexpr char kMark[] = "sip.engine/not_owner";
constexpr char kUnknownFateMark[] = "sip.engine/unknown_fate";

}  // namespace

absl::Status NotOwnerStatus(absl::string_view detail) {
  absl::Status status = RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", detail);
  status.SetPayload(kMark, absl::Cord());
  return status;
}

bool IsNotOwner(const absl::Status& status) { return status.GetPayload(kMark).has_value(); }

absl::Status UnknownFateStatus(absl::string_view detail) {
  absl::Status status = NotOwnerStatus(detail);
  status.SetPayload(kUnknownFateMark, absl::Cord());
  return status;
}

bool IsUnknownFate(const absl::Status& status) { return status.GetPayload(kUnknownFateMark).has_value(); }

absl::Status RefusalAfterUnknownFate(const absl::Status& refusal) {
  if (!absl::IsResourceExhausted(refusal)) return refusal;
  return RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "What became of the command is not known yet.");
}

}  // namespace sip
