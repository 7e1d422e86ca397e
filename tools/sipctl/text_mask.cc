#include "tools/sipctl/text_mask.h"

#include <string>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void HideField(Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  if (field.type() != FieldDescriptor::TYPE_STRING) return r.ClearField(&message, &field);
  if (!field.is_repeated()) return r.SetString(&message, &field, kHiddenText);
  for (int i = 0; i < r.FieldSize(message, &field); ++i) r.SetRepeatedString(&message, &field, i, kHiddenText);
}

}  // namespace

bool IsContent(const FieldDescriptor& field) { return field.options().GetExtension(common::v1::rules).content(); }

std::unique_ptr<Message> Unpacked(const Message& message) {
  if (message.GetDescriptor() != google::protobuf::Any::descriptor()) return nullptr;
  const auto& any = static_cast<const google::protobuf::Any&>(message);
  const std::string type = any.type_url().substr(any.type_url().rfind('/') + 1);
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  const Message* prototype =
      descriptor == nullptr ? nullptr : google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  if (prototype == nullptr) return nullptr;
  std::unique_ptr<Message> inner(prototype->New());
  return any.UnpackTo(inner.get()) ? std::move(inner) : nullptr;
}

void HideTexts(Message& message) {
  if (const std::unique_ptr<Message> inner = Unpacked(message)) {
    HideTexts(*inner);
    static_cast<google::protobuf::Any&>(message).PackFrom(*inner);
    return;
  }
  const Reflection& r = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  r.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (IsContent(*field)) {
      HideField(message, *field);
    } else if (field->message_type() != nullptr && !field->is_map()) {
      const int count = field->is_repeated() ? r.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        HideTexts(field->is_repeated() ? *r.MutableRepeatedMessage(&message, field, i) : *r.MutableMessage(&message, field));
      }
    }
  }
}

}  // namespace sip
