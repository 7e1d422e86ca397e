#include "libs/rpc/validate.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "google/type/timeofday.pb.h"
#include "libs/base/mutex.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rpc/text.h"
#include "sip/common/v1/options.pb.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr size_t kMaxViolations = 1000;

enum class FieldKind { kText, kBytes, kEnum, kMessage, kMoment, kOther };

struct FieldRule {
  const FieldDescriptor* field;
  FieldKind kind;
  bool required;
  bool uuid;
  bool edits;
  size_t max_bytes;       // 0: the general limit.
  size_t max_items;       // 0: the general limit.
  const TypeRules* type;  // Of a message.
};

}  // namespace

struct TypeRules {
  std::vector<FieldRule> fields;
};

namespace {

// A type whose values are checked as a whole.
bool IsMoment(const Descriptor& type) {
  return type.full_name() == "google.protobuf.Timestamp" || type.full_name() == "google.type.Date" ||
         type.full_name() == "google.type.TimeOfDay" || type.full_name() == "sip.common.v1.Occurred";
}

FieldKind KindOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return FieldKind::kText;
    case FieldDescriptor::TYPE_BYTES:
      return FieldKind::kBytes;
    case FieldDescriptor::TYPE_ENUM:
      return FieldKind::kEnum;
    case FieldDescriptor::TYPE_MESSAGE:
      return IsMoment(*field.message_type()) ? FieldKind::kMoment : FieldKind::kMessage;
    default:
      return FieldKind::kOther;
  }
}

// All types seen so far, shared by all requests. Grows only while methods are registered.
class RuleTable {
 public:
  const TypeRules* Of(const Descriptor& type) {
    const MutexLock lock(mutex_);
    return OfLocked(type);
  }

 private:
  const TypeRules* OfLocked(const Descriptor& type) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto [entry, inserted] = types_.try_emplace(&type);
    if (!inserted) return entry->second.get();
    // Entered before its fields are, for a type may contain itself.
    entry->second = std::make_unique<TypeRules>();
    TypeRules* const rules = entry->second.get();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const common::v1::FieldRules& options = field.options().GetExtension(common::v1::rules);
      FieldRule rule{&field,
                     KindOf(field),
                     options.required(),
                     options.uuid(),
                     field.is_repeated() && field.name() == "edits",
                     options.max_bytes(),
                     options.max_items(),
                     nullptr};
      if (rule.kind == FieldKind::kMessage) rule.type = OfLocked(*field.message_type());
      rules->fields.push_back(rule);
    }
    return rules;
  }

  Mutex mutex_;
  std::map<const Descriptor*, std::unique_ptr<TypeRules>> types_ ABSL_GUARDED_BY(mutex_);
};

RuleTable& Table() {
  static RuleTable& table = *new RuleTable;
  return table;
}

// Where in the request the check is; made into text only for a violation.
struct Place {
  const Place* parent;
  const FieldDescriptor* field;
  int index;  // -1 for a field that is not repeated.

  std::string ToString() const {
    std::string path = parent == nullptr ? "" : absl::StrCat(parent->ToString(), ".");
    absl::StrAppend(&path, field->name());
    if (index >= 0) absl::StrAppend(&path, "[", index, "]");
    return path;
  }
};

bool IsBlank(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isspace(c); });
}

bool IsValidMoment(const Message& message) {
  const std::string& name = message.GetDescriptor()->full_name();
  if (name == "google.type.Date") return IsValid(static_cast<const google::type::Date&>(message));
  if (name == "sip.common.v1.Occurred") return IsValid(static_cast<const common::v1::Occurred&>(message));
  if (name == "google.type.TimeOfDay") {
    const auto& time = static_cast<const google::type::TimeOfDay&>(message);
    return time.hours() >= 0 && time.hours() < 24 && time.minutes() >= 0 && time.minutes() < 60 && time.seconds() >= 0 &&
           time.seconds() < 60 && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  }
  common::v1::Occurred occurred;
  *occurred.mutable_instant() = static_cast<const google::protobuf::Timestamp&>(message);
  return IsValid(occurred);
}

class Checker {
 public:
  Checker(const CallLimits& limits, Violations& violations) : limits_(limits), violations_(violations) {}

  void CheckMessage(const TypeRules& rules, const Message& message, const Place* parent) {
    const Reflection& reflection = *message.GetReflection();
    CheckUnknownFields(reflection, message, parent);
    for (const FieldRule& rule : rules.fields) {
      if (full()) return;
      const Place place{parent, rule.field, -1};
      if (rule.field->is_repeated()) {
        CheckList(rule, reflection, message, place);
      } else {
        CheckSingle(rule, reflection, message, place);
      }
    }
  }

 private:
  bool full() const { return count_ >= kMaxViolations; }

  void Add(Reason reason, const Place& place, absl::string_view detail = "") {
    violations_.Add(reason, "", place.ToString(), detail);
    ++count_;
  }

  void CheckUnknownFields(const Reflection& reflection, const Message& message, const Place* parent) {
    const auto& unknown = reflection.GetUnknownFields(message);
    for (int i = 0; i < unknown.field_count() && !full(); ++i) {
      const std::string prefix = parent == nullptr ? "" : absl::StrCat(parent->ToString(), ".");
      violations_.Add(Reason::REASON_NOT_SUPPORTED, "", absl::StrCat(prefix, "#", unknown.field(i).number()));
      ++count_;
    }
  }

  void CheckList(const FieldRule& rule, const Reflection& reflection, const Message& message, Place place) {
    const auto size = static_cast<size_t>(reflection.FieldSize(message, rule.field));
    if (rule.required && size == 0) return Add(Reason::REASON_FIELD_REQUIRED, place);
    size_t limit = rule.edits ? limits_.edits : limits_.list_items;
    if (rule.max_items > 0) limit = std::min(limit, rule.max_items);
    if (size > limit) {
      return Add(Reason::REASON_LIMIT_EXCEEDED, place, absl::StrCat("At most ", limit, " elements; got ", size, "."));
    }
    std::string scratch;
    for (int i = 0; i < static_cast<int>(size) && !full(); ++i) {
      place.index = i;
      switch (rule.kind) {
        case FieldKind::kText:
          CheckText(rule, reflection.GetRepeatedStringReference(message, rule.field, i, &scratch), true, place);
          break;
        case FieldKind::kBytes:
          CheckLength(rule, reflection.GetRepeatedStringReference(message, rule.field, i, &scratch), place);
          break;
        case FieldKind::kEnum:
          CheckEnum(rule, reflection.GetRepeatedEnumValue(message, rule.field, i), true, place);
          break;
        case FieldKind::kMessage:
          CheckMessage(*rule.type, reflection.GetRepeatedMessage(message, rule.field, i), &place);
          break;
        case FieldKind::kMoment:
          CheckMoment(reflection.GetRepeatedMessage(message, rule.field, i), place);
          break;
        case FieldKind::kOther:
          return;
      }
    }
  }

  void CheckSingle(const FieldRule& rule, const Reflection& reflection, const Message& message, const Place& place) {
    const bool has_presence = rule.field->has_presence();
    const bool set = reflection.HasField(message, rule.field);
    if (!set) {
      // HasField is also false for a text, list or code without presence that is empty.
      if (rule.required && !IsZeroAllowed(rule)) Add(Reason::REASON_FIELD_REQUIRED, place);
      return;
    }
    std::string scratch;
    switch (rule.kind) {
      case FieldKind::kText:
        return CheckText(rule, reflection.GetStringReference(message, rule.field, &scratch), has_presence, place);
      case FieldKind::kBytes:
        return CheckBytes(rule, reflection.GetStringReference(message, rule.field, &scratch), place);
      case FieldKind::kEnum:
        return CheckEnum(rule, reflection.GetEnumValue(message, rule.field), has_presence, place);
      case FieldKind::kMessage:
        return CheckMessage(*rule.type, reflection.GetMessage(message, rule.field), &place);
      case FieldKind::kMoment:
        return CheckMoment(reflection.GetMessage(message, rule.field), place);
      case FieldKind::kOther:
        return;
    }
  }

  // A switch without presence cannot be told from one that is off.
  static bool IsZeroAllowed(const FieldRule& rule) {
    return rule.field->type() == FieldDescriptor::TYPE_BOOL && !rule.field->has_presence();
  }

  bool CheckLength(const FieldRule& rule, absl::string_view value, const Place& place) {
    size_t limit = limits_.text_bytes;
    if (rule.max_bytes > 0) limit = std::min(limit, rule.max_bytes);
    if (value.size() <= limit) return true;
    Add(Reason::REASON_LIMIT_EXCEEDED, place, absl::StrCat("At most ", limit, " bytes; got ", value.size(), "."));
    return false;
  }

  void CheckBytes(const FieldRule& rule, absl::string_view value, const Place& place) {
    if (rule.required && value.empty()) return Add(Reason::REASON_FIELD_REQUIRED, place);
    CheckLength(rule, value, place);
  }

  // `set` says that the field is there even if it is empty.
  void CheckText(const FieldRule& rule, absl::string_view text, bool set, const Place& place) {
    if (rule.required && IsBlank(text)) return Add(Reason::REASON_FIELD_REQUIRED, place);
    if (!CheckLength(rule, text, place)) return;
    if (rule.uuid) {
      if (text.empty() && !set) return;
      const std::optional<Uuid> uuid = Uuid::Parse(text);
      const bool names_something = uuid.has_value() && !uuid->IsNil();
      if (!names_something) Add(Reason::REASON_FIELD_INVALID, place, "Expected a UUID of 36 lower-case characters.");
      return;
    }
    if (const std::optional<std::string> fault = FaultOfText(text)) Add(Reason::REASON_TEXT_INVALID, place, *fault);
  }

  void CheckEnum(const FieldRule& rule, int value, bool set, const Place& place) {
    if (value == 0 && !set) return;
    if (value == 0) return Add(rule.required ? Reason::REASON_FIELD_REQUIRED : Reason::REASON_FIELD_INVALID, place, "UNSPECIFIED.");
    if (rule.field->enum_type()->FindValueByNumber(value) == nullptr) {
      Add(Reason::REASON_FIELD_INVALID, place, absl::StrCat("This server does not know the code ", value, "."));
    }
  }

  void CheckMoment(const Message& message, const Place& place) {
    if (!IsValidMoment(message)) Add(Reason::REASON_FIELD_INVALID, place, "Not a real date or time in the years 1800 to 9999.");
  }

  const CallLimits& limits_;
  Violations& violations_;
  size_t count_ = 0;
};

}  // namespace

RequestRules::RequestRules(const Descriptor& type) : rules_(Table().Of(type)) {}

void RequestRules::Check(const Message& request, const CallLimits& limits, Violations& violations) const {
  Checker(limits, violations).CheckMessage(*rules_, request, nullptr);
}

}  // namespace sip
