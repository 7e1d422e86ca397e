#include "tests/golden/full_message.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

int LargestOneof(const Descriptor* type, std::vector<const Descriptor*>& seen) {
  if (std::find(seen.begin(), seen.end(), type) != seen.end()) return 1;
  seen.push_back(type);
  int largest = 1;
  for (int i = 0; i < type->real_oneof_decl_count(); ++i) largest = std::max(largest, type->oneof_decl(i)->field_count());
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() != nullptr) largest = std::max(largest, LargestOneof(type->field(i)->message_type(), seen));
  }
  return largest;
}

class Filler {
 public:
  explicit Filler(int variant) : variant_(variant) {}

  void Fill(Message& message) {
    if (FillTime(message)) return;
    const Descriptor* type = message.GetDescriptor();
    above_.push_back(type);
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->real_containing_oneof() == nullptr) FillField(message, *type->field(i));
    }
    for (int i = 0; i < type->real_oneof_decl_count(); ++i) {
      FillField(message, *type->oneof_decl(i)->field(variant_ % type->oneof_decl(i)->field_count()));
    }
    above_.pop_back();
  }

 private:
  static bool FillTime(Message& message) {
    if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      static_cast<google::protobuf::Timestamp&>(message).set_seconds(1519895400);
      static_cast<google::protobuf::Timestamp&>(message).set_nanos(123456000);
      return true;
    }
    if (message.GetDescriptor() == google::type::Date::descriptor()) {
      static_cast<google::type::Date&>(message).set_year(2018);
      static_cast<google::type::Date&>(message).set_month(3);
      static_cast<google::type::Date&>(message).set_day(1);
      return true;
    }
    return false;
  }

  void FillField(Message& message, const FieldDescriptor& field) {
    if (field.message_type() == nullptr) {
      for (int i = 0; i < (field.is_repeated() ? 2 : 1); ++i) FillScalar(message, field, i);
      return;
    }
    if (std::find(above_.begin(), above_.end(), field.message_type()) != above_.end()) return;
    const Reflection& reflection = *message.GetReflection();
    Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field));
  }

  template <typename Value, typename Add, typename Set>
  static void Store(Message& message, const FieldDescriptor& field, Value value, Add add, Set set) {
    const Reflection& reflection = *message.GetReflection();
    field.is_repeated() ? (reflection.*add)(&message, &field, std::move(value))
                        : (reflection.*set)(&message, &field, std::move(value));
  }

  void FillScalar(Message& message, const FieldDescriptor& field, int index) const {
    using R = Reflection;
    const int number = field.number() * 100 + index;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Store(message, field, int32_t{-number}, &R::AddInt32, &R::SetInt32);
      case FieldDescriptor::CPPTYPE_INT64:
        return Store(message, field, int64_t{-number}, &R::AddInt64, &R::SetInt64);
      case FieldDescriptor::CPPTYPE_UINT32:
        return Store(message, field, static_cast<uint32_t>(number), &R::AddUInt32, &R::SetUInt32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return Store(message, field, static_cast<uint64_t>(number), &R::AddUInt64, &R::SetUInt64);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Store(message, field, number / 8.0, &R::AddDouble, &R::SetDouble);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Store(message, field, static_cast<float>(number) / 8, &R::AddFloat, &R::SetFloat);
      case FieldDescriptor::CPPTYPE_BOOL:
        return Store(message, field, true, &R::AddBool, &R::SetBool);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int values = field.enum_type()->value_count();
        const int value = field.enum_type()->value(values == 1 ? 0 : 1 + (variant_ + index) % (values - 1))->number();
        return Store(message, field, value, &R::AddEnumValue, &R::SetEnumValue);
      }
      case FieldDescriptor::CPPTYPE_STRING:
        return Store(message, field,
                     absl::StrCat(field.name(), "-", index, field.type() == FieldDescriptor::TYPE_BYTES ? "\xff" : "-å"),
                     &R::AddString, &R::SetString);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return;
    }
  }

  const int variant_;
  std::vector<const Descriptor*> above_;
};

}  // namespace

int VariantsOf(const Descriptor* type) {
  std::vector<const Descriptor*> seen;
  return LargestOneof(type, seen);
}

void FillFully(int variant, Message& message) { Filler(variant).Fill(message); }

}  // namespace sip
