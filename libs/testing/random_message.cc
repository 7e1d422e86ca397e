#include "libs/testing/random_message.h"

#include <limits>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/type/date.pb.h"
#include "libs/testing/scenario_text.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int64_t kFirstSecond = 1420070400;  // 2015-01-01, so that events are comparable with the times of scenarios.
constexpr int64_t kSeconds = int64_t{10} * 366 * 86400;
constexpr const char* kTexts[] = {"", "a", "Ring Karl på måndag", "åäö ÅÄÖ é 漢字", "x\ny\tz", "0", "\"citat\" \\ slut"};
constexpr const char* kAgencies[] = {"region-nord", "kommun-a", "kommun-b", "skola-x", "fk", "okänd"};
constexpr int kUnknownFieldNumber = 3999;

class Filler {
 public:
  Filler(uint64_t seed, const RandomMessageOptions& options) : random_(seed), options_(options) {}

  void Fill(Message& message, int depth) {
    if (options_.plausible && FillTime(message)) return;
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.real_containing_oneof() == nullptr && Chance(70)) FillField(message, field, depth);
    }
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      const auto& oneof = *type.oneof_decl(i);
      if (depth == 0 || Chance(80)) FillField(message, *oneof.field(Below(oneof.field_count())), depth);
    }
    if (options_.unknown_fields && Chance(30)) {
      message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(kUnknownFieldNumber, Text());
    }
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }
  bool Chance(int percent) { return Below(100) < percent; }

  // Times that exist; true if the message is one.
  bool FillTime(Message& message) {
    if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      auto& timestamp = static_cast<google::protobuf::Timestamp&>(message);
      timestamp.set_seconds(kFirstSecond + static_cast<int64_t>(random_() % uint64_t{kSeconds}));
      timestamp.set_nanos(Chance(50) ? 0 : Below(1000000) * 1000);
      return true;
    }
    if (message.GetDescriptor() == google::type::Date::descriptor()) {
      auto& date = static_cast<google::type::Date&>(message);
      date.set_year(1930 + Below(100));
      date.set_month(1 + Below(12));
      date.set_day(1 + Below(28));
      return true;
    }
    return false;
  }

  void FillField(Message& message, const FieldDescriptor& field, int depth) {
    if (field.message_type() != nullptr && depth >= options_.max_depth && field.real_containing_oneof() == nullptr) return;
    const int count = field.is_repeated() ? Below(options_.max_items + 1) : 1;
    for (int i = 0; i < count; ++i) FillValue(message, field, depth);
  }

  template <typename Value, typename Add, typename Set>
  void Store(Message& message, const FieldDescriptor& field, Value value, Add add, Set set) {
    const Reflection& reflection = *message.GetReflection();
    field.is_repeated() ? (reflection.*add)(&message, &field, std::move(value))
                        : (reflection.*set)(&message, &field, std::move(value));
  }

  void FillValue(Message& message, const FieldDescriptor& field, int depth) {
    using R = Reflection;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Store(message, field, Integer<int32_t>(), &R::AddInt32, &R::SetInt32);
      case FieldDescriptor::CPPTYPE_INT64:
        return Store(message, field, Integer<int64_t>(), &R::AddInt64, &R::SetInt64);
      case FieldDescriptor::CPPTYPE_UINT32:
        return Store(message, field, Integer<uint32_t>(), &R::AddUInt32, &R::SetUInt32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return Store(message, field, Integer<uint64_t>(), &R::AddUInt64, &R::SetUInt64);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Store(message, field, static_cast<double>(Below(1000)) / 8, &R::AddDouble, &R::SetDouble);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Store(message, field, static_cast<float>(Below(1000)) / 8, &R::AddFloat, &R::SetFloat);
      case FieldDescriptor::CPPTYPE_BOOL:
        return Store(message, field, Chance(50), &R::AddBool, &R::SetBool);
      case FieldDescriptor::CPPTYPE_ENUM:
        return Store(message, field, Enum(field), &R::AddEnumValue, &R::SetEnumValue);
      case FieldDescriptor::CPPTYPE_STRING:
        return Store(message, field, String(field), &R::AddString, &R::SetString);
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message* child = field.is_repeated() ? message.GetReflection()->AddMessage(&message, &field)
                                             : message.GetReflection()->MutableMessage(&message, &field);
        if (depth < options_.max_depth) Fill(*child, depth + 1);
        return;
      }
    }
  }

  template <typename T>
  T Integer() {
    if (Chance(70)) return static_cast<T>(Below(100));
    const T extremes[] = {0, 1, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
    return options_.plausible ? extremes[Below(2)] : extremes[Below(4)];
  }

  int Enum(const FieldDescriptor& field) {
    if (!options_.plausible && Chance(10)) return 9999;
    return field.enum_type()->value(Below(field.enum_type()->value_count()))->number();
  }

  std::string String(const FieldDescriptor& field) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      return std::string(static_cast<size_t>(Below(40)), static_cast<char>(Below(256)));
    }
    const common::v1::FieldRules& rules = field.options().GetExtension(common::v1::rules);
    const bool id = rules.uuid() || absl::string_view(field.name()).find("_id") != absl::string_view::npos;
    if (rules.owner_agency() || field.name() == "agency_id" || field.name() == "agency_ids") return kAgencies[Below(6)];
    if (id && !options_.ids.empty() && Chance(80)) return options_.ids[random_() % options_.ids.size()];
    if (id && (options_.plausible || Chance(70))) return NamedId(absl::StrCat("random-", Below(4))).ToString();
    return Text();
  }

  std::string Text() { return Chance(90) ? kTexts[Below(7)] : std::string(static_cast<size_t>(Below(400)), 'v'); }

  std::mt19937_64 random_;
  const RandomMessageOptions& options_;
};

}  // namespace

void FillRandomly(uint64_t seed, const RandomMessageOptions& options, Message& message) { Filler(seed, options).Fill(message, 0); }

std::unique_ptr<Message> RandomMessage(uint64_t seed, const Message& prototype, const RandomMessageOptions& options) {
  std::unique_ptr<Message> message(prototype.New());
  FillRandomly(seed, options, *message);
  return message;
}

}  // namespace sip
