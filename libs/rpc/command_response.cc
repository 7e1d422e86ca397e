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
  for (const auto& write : record.header->writes()) {
    const std::optional<StreamId> stream = StreamId::Parse(write.stream());
    const bool is_one = stream.has_value() && stream->type == type && stream->id.ToBytes() != record.header->case_id();
    if (is_one) return stream->id.ToString();
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

void CopyRepeated(const Message& from, const FieldDescriptor& source, Message& to, const FieldDescriptor& target) {
  const google::protobuf::Reflection& read = *from.GetReflection();
  const google::protobuf::Reflection& write = *to.GetReflection();
  for (int i = 0; i < read.FieldSize(from, &source); ++i) {
    if (source.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      write.AddMessage(&to, &target)->CopyFrom(read.GetRepeatedMessage(from, &source, i));
    } else if (source.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      write.AddString(&to, &target, read.GetRepeatedString(from, &source, i));
    } else {
      SIP_CHECK(false);  // A response with a list of numbers: add its case here.
    }
  }
}

void CopyField(const Message& from, const FieldDescriptor& source, Message& to, const FieldDescriptor& target) {
  const google::protobuf::Reflection& read = *from.GetReflection();
  const google::protobuf::Reflection& write = *to.GetReflection();
  if (source.is_repeated()) return CopyRepeated(from, source, to, target);
  switch (source.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return write.SetBool(&to, &target, read.GetBool(from, &source));
    case FieldDescriptor::CPPTYPE_UINT32:
      return write.SetUInt32(&to, &target, read.GetUInt32(from, &source));
    case FieldDescriptor::CPPTYPE_UINT64:
      return write.SetUInt64(&to, &target, read.GetUInt64(from, &source));
    case FieldDescriptor::CPPTYPE_STRING:
      return write.SetString(&to, &target, read.GetString(from, &source));
    case FieldDescriptor::CPPTYPE_ENUM:
      return write.SetEnumValue(&to, &target, read.GetEnumValue(from, &source));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (read.HasField(from, &source)) write.MutableMessage(&to, &target)->CopyFrom(read.GetMessage(from, &source));
      return;
    default:
      SIP_CHECK(false);  // A response with a field of another type: add its case here.
  }
}

bool SameType(const FieldDescriptor& a, const FieldDescriptor& b) {
  return a.type() == b.type() && a.is_repeated() == b.is_repeated() && a.message_type() == b.message_type() &&
         a.enum_type() == b.enum_type();
}

// Copies the field of the first event that has one of that name and type.
void CopyFromEvents(const RecordedCommand& record, const FieldDescriptor& field, Message& response) {
  for (const RecordedEvent& event : record.events) {
    const Message* kind = KindOf(*event.event);
    const FieldDescriptor* source = kind == nullptr ? nullptr : kind->GetDescriptor()->FindFieldByName(field.name());
    if (source == nullptr || !SameType(*source, field)) continue;
    CopyField(*kind, *source, response, field);
    return;
  }
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
    if (field == stream_version_ || field == consistency_token_ || field == case_id_) continue;
    if (IsSingleText(*field) && absl::ConsumeSuffix(&name, "_id")) {
      ids_.push_back({field, absl::StrReplaceAll(name, {{"_", "-"}})});
    } else {
      others_.push_back(field);
    }
  }
}

void CommandResponseRules::Fill(const CommandAnswer& answer, Message& response) const {
  const RecordedCommand& record = *answer.record;
  const google::protobuf::Reflection& reflection = *response.GetReflection();
  reflection.SetUInt64(&response, stream_version_, answer.stream_version);
  reflection.SetString(&response, consistency_token_, EncodeToken(answer.token));
  const std::optional<Uuid> case_id = Uuid::FromBytes(record.header->case_id());
  if (case_id_ != nullptr && case_id.has_value()) reflection.SetString(&response, case_id_, case_id->ToString());
  for (const IdField& id : ids_) {
    std::string value = IdFromStreams(record, id.stream_type);
    if (value.empty()) value = IdFromEvents(record, id.field->name());
    if (value.empty()) value = IdFromRequest(record, id.field->name());
    reflection.SetString(&response, id.field, std::move(value));
  }
  for (const FieldDescriptor* field : others_) CopyFromEvents(record, *field, response);
}

}  // namespace sip
