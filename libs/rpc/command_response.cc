#include "libs/rpc/command_response.h"

#include <optional>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/stream.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsSingleText(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated(); }

// The message that is set in the oneof of a command or event wrapper; null if none is.
const Message* KindOf(const Message& wrapper) {
  const Descriptor& type = *wrapper.GetDescriptor();
  if (type.oneof_decl_count() == 0) return nullptr;
  const FieldDescriptor* field = wrapper.GetReflection()->GetOneofFieldDescriptor(wrapper, type.oneof_decl(0));
  return field == nullptr ? nullptr : &wrapper.GetReflection()->GetMessage(wrapper, field);
}

// The text field `name` of `message`; empty if it has none.
std::string TextOf(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && IsSingleText(*field) ? message.GetReflection()->GetString(message, field) : "";
}

std::string IdFromStreams(const RecordedCommand& record, const std::string& type) {
  for (const auto& write : record.header.writes()) {
    const std::optional<StreamId> stream = StreamId::Parse(write.stream());
    if (stream.has_value() && stream->type == type && stream->id.ToBytes() != record.header.case_id()) return stream->id.ToString();
  }
  return "";
}

std::string IdFromEvents(const RecordedCommand& record, const std::string& name) {
  for (const RecordedEvent& event : record.events) {
    const Message* kind = KindOf(*event.event);
    if (kind == nullptr) continue;
    if (std::string id = TextOf(*kind, name); !id.empty()) return id;
  }
  return "";
}

std::string IdFromRequest(const RecordedCommand& record, const std::string& name) {
  const Message* kind = record.command == nullptr ? nullptr : KindOf(*record.command);
  if (kind == nullptr) return "";
  if (std::string id = TextOf(*kind, name); !id.empty()) return id;
  // Where the server adds to a command, the request is a field of it.
  const FieldDescriptor* request = kind->GetDescriptor()->FindFieldByName("request");
  if (request == nullptr || request->type() != FieldDescriptor::TYPE_MESSAGE || request->is_repeated()) return "";
  return TextOf(kind->GetReflection()->GetMessage(*kind, request), name);
}

}  // namespace

CommandResponseRules::CommandResponseRules(const Descriptor& type)
    : stream_version_(type.FindFieldByName("stream_version")),
      consistency_token_(type.FindFieldByName("consistency_token")),
      case_id_(type.FindFieldByName("case_id")) {
  SIP_CHECK(stream_version_ != nullptr && stream_version_->type() == FieldDescriptor::TYPE_UINT64);
  SIP_CHECK(consistency_token_ != nullptr && IsSingleText(*consistency_token_));
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    absl::string_view name = field->name();
    if (field == case_id_ || !IsSingleText(*field) || !absl::ConsumeSuffix(&name, "_id")) continue;
    ids_.push_back({field, absl::StrReplaceAll(name, {{"_", "-"}})});
  }
}

void CommandResponseRules::Fill(const CommandAnswer& answer, Message& response) const {
  const RecordedCommand& record = *answer.record;
  const google::protobuf::Reflection& reflection = *response.GetReflection();
  reflection.SetUInt64(&response, stream_version_, answer.stream_version);
  reflection.SetString(&response, consistency_token_, EncodeToken(answer.token));
  if (case_id_ != nullptr) {
    if (const std::optional<Uuid> id = Uuid::FromBytes(record.header.case_id()))
      reflection.SetString(&response, case_id_, id->ToString());
  }
  for (const IdField& id : ids_) {
    std::string value = IdFromStreams(record, id.stream_type);
    if (value.empty()) value = IdFromEvents(record, id.field->name());
    if (value.empty()) value = IdFromRequest(record, id.field->name());
    reflection.SetString(&response, id.field, std::move(value));
  }
}

}  // namespace sip
