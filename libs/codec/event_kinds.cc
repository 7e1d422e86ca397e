#include "libs/codec/event_kinds.h"

#include "libs/base/wire.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

absl::StatusOr<bool> HoldsKindOf(absl::string_view payload, const absl::flat_hash_set<std::string>& kinds) {
  WireField field;
  while (!payload.empty()) {
    if (!TakeField(payload, field)) return absl::DataLossError("a payload cannot be parsed");
    if (field.number != log::v1::Payload::kPartsFieldNumber) continue;
    absl::string_view part = field.delimited;
    while (!part.empty()) {
      if (!TakeField(part, field)) return absl::DataLossError("a part of a payload cannot be parsed");
      if (field.number == log::v1::Part::kKindFieldNumber && kinds.contains(field.delimited)) return true;
    }
  }
  return false;
}

}  // namespace sip
