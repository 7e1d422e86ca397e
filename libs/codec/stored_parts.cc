#include "libs/codec/stored_parts.h"

#include "libs/base/status_macros.h"
#include "libs/base/wire.h"
#include "sip/log/v1/record.pb.h"

namespace sip {
namespace {

using log::v1::Part;
using log::v1::Payload;

// A field of another wire type than the schema's is an unknown field, as protobuf has it.
void TakeNumber(const WireField& field, StoredPart& part) {
  // As protobuf narrows them.
  const auto narrow = static_cast<uint32_t>(field.varint);
  switch (field.number) {
    case Part::kPartIdFieldNumber:
      part.part_id = narrow;
      break;
    case Part::kEventIndexFieldNumber:
      part.event_index = narrow;
      break;
    case Part::kStreamIndexFieldNumber:
      part.stream_index = narrow;
      break;
    case Part::kCompletesPartIdFieldNumber:
      part.completes_part_id = narrow;
      break;
    case Part::kRoleFieldNumber:
      part.role = static_cast<int>(narrow);
      break;
    case Part::kKeyIdFieldNumber:
      part.key_id = field.varint;
      break;
    default:
      break;
  }
}

absl::StatusOr<StoredPart> ReadPart(absl::string_view bytes) {
  StoredPart part;
  WireField field;
  while (!bytes.empty()) {
    if (!TakeField(bytes, field)) return absl::DataLossError("a part of a payload cannot be parsed");
    if (field.is_varint) {
      TakeNumber(field, part);
    } else if (field.is_delimited && field.number == Part::kKindFieldNumber) {
      part.kind = field.delimited;
    } else if (field.is_delimited && field.number == Part::kDataFieldNumber) {
      part.data = field.delimited;
    }
  }
  return part;
}

}  // namespace

absl::StatusOr<StoredParts> PartsOf(absl::string_view payload) {
  StoredParts parts;
  WireField field;
  while (!payload.empty()) {
    if (!TakeField(payload, field)) return absl::DataLossError("a payload cannot be parsed");
    if (!field.is_delimited || field.number != Payload::kPartsFieldNumber) continue;
    SIP_ASSIGN_OR_RETURN(StoredPart part, ReadPart(field.delimited));
    parts.push_back(part);
  }
  return parts;
}

}  // namespace sip
