#include "libs/codec/content_split.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/wire.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxFieldNumber = 4095;
constexpr char kAgencyIdField[] = "agency_id";

bool IsContent(const FieldDescriptor& field) { return field.options().GetExtension(common::v1::rules).content(); }
bool IsOwner(const FieldDescriptor& field) { return field.options().GetExtension(common::v1::rules).owner_agency(); }

// Whether the type or one below it has an owner_agency field.
bool NamesOwner(const Descriptor* type, std::vector<const Descriptor*>& seen) {
  if (std::find(seen.begin(), seen.end(), type) != seen.end()) return false;
  seen.push_back(type);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (IsOwner(field)) return true;
    if (field.message_type() != nullptr && NamesOwner(field.message_type(), seen)) return true;
  }
  return false;
}

}  // namespace

// One split: walks the bytes along the plan.
class ContentSplitter::Run {
 public:
  explicit Run(SplitMessage& result) : result_(result) {}

  void Walk(absl::string_view bytes, const Plan& plan, absl::string_view inherited_owner) {
    const absl::string_view own_owner = plan.owner_field == 0 ? absl::string_view() : OwnerIn(bytes, plan);
    const absl::string_view owner = own_owner.empty() ? inherited_owner : own_owner;
    std::string content;
    uint32_t previous_number = 0;
    uint32_t index = 0;
    WireField field;
    while (!bytes.empty()) {
      SIP_CHECK(TakeField(bytes, field));
      const FieldPlan action = field.number < plan.fields.size() ? plan.fields[field.number] : FieldPlan();
      index = field.number == previous_number ? index + 1 : 0;
      previous_number = field.number;
      switch (action.action) {
        case Action::kKeep:
          absl::StrAppend(&result_.skeleton, field.whole);
          break;
        case Action::kDescend:
          Descend(field, *action.child, action.repeated ? index : 0, owner);
          break;
        case Action::kContent:
        case Action::kUnknown:
          absl::StrAppend(&content, field.whole);
          break;
      }
    }
    if (!content.empty()) AddContent(owner, std::move(content));
  }

 private:
  // The submessage with its length in front; the length is known when its content has been taken out.
  void Descend(const WireField& field, const Plan& child, uint32_t index, absl::string_view owner) {
    std::string& out = result_.skeleton;
    AppendVarint((uint64_t{field.number} << 3) | 2, out);
    const size_t length_at = out.size();
    out.push_back('\0');
    path_.push_back(field.number);
    path_.push_back(index);
    Walk(field.delimited, child, owner);
    path_.resize(path_.size() - 2);
    const size_t length = out.size() - length_at - 1;
    if (length < 0x80) {
      out[length_at] = static_cast<char>(length);
      return;
    }
    std::string varint;
    AppendVarint(length, varint);
    out.replace(length_at, 1, varint);
  }

  void AddContent(absl::string_view owner, std::string data) {
    auto entry = std::find_if(result_.content.begin(), result_.content.end(),
                              [&](const OwnedContent& content) { return content.owner_agency == owner; });
    if (entry == result_.content.end()) entry = result_.content.insert(entry, OwnedContent{std::string(owner), {}});
    log::v1::FieldsAt& at = *entry->fields.add_fields();
    at.mutable_path()->Add(path_.begin(), path_.end());
    at.set_data(std::move(data));
  }

  static absl::string_view OwnerIn(absl::string_view bytes, const Plan& plan) {
    const absl::string_view value = LastDelimited(bytes, plan.owner_field);
    return plan.owner_inner_field == 0 ? value : LastDelimited(value, plan.owner_inner_field);
  }

  static absl::string_view LastDelimited(absl::string_view bytes, uint32_t number) {
    absl::string_view value;
    WireField field;
    while (!bytes.empty()) {
      SIP_CHECK(TakeField(bytes, field));
      if (field.number == number && field.is_delimited) value = field.delimited;
    }
    return value;
  }

  SplitMessage& result_;
  std::vector<uint32_t> path_;
};

void ContentSplitter::Add(const Descriptor* type) { PlanFor(type); }

const ContentSplitter::Plan* ContentSplitter::PlanFor(const Descriptor* type) {
  const auto known = plans_.find(type);
  if (known != plans_.end()) return known->second.get();
  Plan& plan = *(plans_[type] = std::make_unique<Plan>());
  SIP_CHECK(type->extension_range_count() == 0);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    SIP_CHECK(!field.is_map() && field.type() != FieldDescriptor::TYPE_GROUP && field.number() <= kMaxFieldNumber);
    const auto number = static_cast<size_t>(field.number());
    if (plan.fields.size() <= number) plan.fields.resize(number + 1);
    FieldPlan entry;
    entry.repeated = field.is_repeated();
    entry.action = IsContent(field) ? Action::kContent : field.message_type() != nullptr ? Action::kDescend : Action::kKeep;
    if (entry.action == Action::kDescend) entry.child = PlanFor(field.message_type());
    if (entry.action == Action::kContent && field.message_type() != nullptr) {
      std::vector<const Descriptor*> seen;
      SIP_CHECK(!NamesOwner(field.message_type(), seen));
    }
    if (IsOwner(field)) {
      SIP_CHECK(!field.is_repeated() && plan.owner_field == 0 && entry.action != Action::kContent);
      plan.owner_field = static_cast<uint32_t>(field.number());
      if (field.message_type() != nullptr) {
        const FieldDescriptor* inner = field.message_type()->FindFieldByName(kAgencyIdField);
        SIP_CHECK(inner != nullptr && inner->type() == FieldDescriptor::TYPE_STRING && !inner->is_repeated());
        plan.owner_inner_field = static_cast<uint32_t>(inner->number());
      } else {
        SIP_CHECK(field.type() == FieldDescriptor::TYPE_STRING);
      }
    }
    plan.fields[number] = entry;
  }
  return &plan;
}

SplitMessage ContentSplitter::Split(absl::string_view serialized, const Descriptor* type, absl::string_view default_owner) const {
  const auto plan = plans_.find(type);
  SIP_CHECK(plan != plans_.end());
  SplitMessage result;
  result.skeleton.reserve(serialized.size());
  Run(result).Walk(serialized, *plan->second, default_owner);
  return result;
}

namespace {

// The submessage at the path; null if it is not there.
Message* MessageAt(const google::protobuf::RepeatedField<uint32_t>& path, Message& root) {
  if (path.size() % 2 != 0) return nullptr;
  Message* message = &root;
  for (int i = 0; i < path.size(); i += 2) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByNumber(static_cast<int>(path[i]));
    if (field == nullptr || field->message_type() == nullptr) return nullptr;
    const Reflection& reflection = *message->GetReflection();
    if (field->is_repeated()) {
      if (path[i + 1] >= static_cast<uint32_t>(reflection.FieldSize(*message, field))) return nullptr;
      message = reflection.MutableRepeatedMessage(message, field, static_cast<int>(path[i + 1]));
    } else {
      if (path[i + 1] != 0 || !reflection.HasField(*message, field)) return nullptr;
      message = reflection.MutableMessage(message, field);
    }
  }
  return message;
}

}  // namespace

absl::Status JoinContent(const log::v1::ContentFields& content, Message& message) {
  for (const log::v1::FieldsAt& fields : content.fields()) {
    Message* at = MessageAt(fields.path(), message);
    if (at == nullptr) {
      return absl::DataLossError(absl::StrCat("content for a place that ", message.GetTypeName(), " does not have"));
    }
    if (!at->MergeFromString(fields.data())) {
      return absl::DataLossError(absl::StrCat("content of ", at->GetTypeName(), " is garbled"));
    }
  }
  return absl::OkStatus();
}

std::unique_ptr<Message> SkeletonOf(const Message& message) {
  ContentSplitter splitter;
  splitter.Add(message.GetDescriptor());
  std::unique_ptr<Message> skeleton(message.New());
  SIP_CHECK(skeleton->ParseFromString(splitter.Split(message.SerializeAsString(), message.GetDescriptor(), "").skeleton));
  return skeleton;
}

}  // namespace sip
