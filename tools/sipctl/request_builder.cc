#include "tools/sipctl/request_builder.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string FieldName(absl::string_view flag) { return absl::StrReplaceAll(flag, {{"-", "_"}}); }
std::string FlagName(absl::string_view field) { return absl::StrReplaceAll(field, {{"_", "-"}}); }

std::string FlagNames(const Descriptor& descriptor) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(descriptor.field_count()));
  for (int i = 0; i < descriptor.field_count(); ++i) names.push_back("--" + FlagName(descriptor.field(i)->name()));
  return absl::StrJoin(names, " ");
}

absl::Status Refuse(absl::string_view flag, absl::string_view value, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": \"", value, "\" is not ", expected));
}

// "oral" finds CONSENT_FORM_ORAL in an enum whose values share the prefix CONSENT_FORM_.
const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, absl::string_view text) {
  const std::string wanted = absl::AsciiStrToUpper(FieldName(text));
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->name() == wanted) return type.value(i);
  }
  const absl::string_view prefix = absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
  return type.FindValueByName(absl::StrCat(prefix, wanted));
}

std::string EnumChoices(const EnumDescriptor& type) {
  const absl::string_view prefix = absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
  std::vector<std::string> choices;
  for (int i = 1; i < type.value_count(); ++i) {
    choices.push_back(absl::AsciiStrToLower(absl::StripPrefix(type.value(i)->name(), prefix)));
  }
  return absl::StrCat("one of: ", absl::StrJoin(choices, ", "));
}

bool ParseDate(absl::string_view text, Message& date) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  int32_t numbers[3] = {};
  if (parts.size() != 3) return false;
  for (size_t i = 0; i < 3; ++i) {
    if (!absl::SimpleAtoi(parts[i], &numbers[i])) return false;
    date.GetReflection()->SetInt32(&date, date.GetDescriptor()->FindFieldByNumber(static_cast<int>(i) + 1), numbers[i]);
  }
  return true;
}

absl::Status ParseMessage(absl::string_view flag, const std::string& value, Message& message) {
  const std::string& type = message.GetDescriptor()->full_name();
  if (absl::StartsWith(value, "{")) {
    const std::string inner(absl::StripSuffix(absl::StripPrefix(value, "{"), "}"));
    if (!google::protobuf::TextFormat::MergeFromString(inner, &message)) return Refuse(flag, value, "text format of " + type);
    return absl::OkStatus();
  }
  if (type == "google.protobuf.Timestamp") {
    google::protobuf::Timestamp time;
    if (!google::protobuf::util::TimeUtil::FromString(value, &time)) {
      return Refuse(flag, value, "a time such as 2026-01-31T12:00:00Z");
    }
    message.CopyFrom(time);
    return absl::OkStatus();
  }
  if (type == "google.type.Date") {
    return ParseDate(value, message) ? absl::OkStatus() : Refuse(flag, value, "a date such as 2026-01-31");
  }
  if (type == "sip.common.v1.Occurred") {
    const char* const member = absl::StrContains(value, 'T') ? "instant" : "date";
    Message& moment = *message.GetReflection()->MutableMessage(&message, message.GetDescriptor()->FindFieldByName(member));
    return ParseMessage(flag, value, moment);
  }
  return Refuse(flag, value, absl::StrCat("text format of ", type, " in braces; its fields can be set with --", flag, ".FIELD"));
}

template <typename T, typename Parse, typename Set, typename Add>
absl::Status SetNumber(const FieldDescriptor& field, absl::string_view flag, const std::string& value, Parse parse, Set set,
                       Add add) {
  T number{};
  if (!parse(value, &number)) return Refuse(flag, value, "a number that fits");
  field.is_repeated() ? add(number) : set(number);
  return absl::OkStatus();
}

absl::Status SetEnum(const FieldDescriptor& field, absl::string_view flag, const std::string& value, Message& message) {
  const EnumValueDescriptor* number = FindEnumValue(*field.enum_type(), value);
  if (number == nullptr) return Refuse(flag, value, EnumChoices(*field.enum_type()));
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddEnum(&message, &field, number) : reflection.SetEnum(&message, &field, number);
  return absl::OkStatus();
}

absl::Status SetText(const FieldDescriptor& field, const std::string& value, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddString(&message, &field, value) : reflection.SetString(&message, &field, value);
  return absl::OkStatus();
}

absl::Status SetBool(const FieldDescriptor& field, absl::string_view flag, const std::string& value, Message& message) {
  bool truth = false;
  if (!absl::SimpleAtob(value, &truth)) return Refuse(flag, value, "true or false");
  const Reflection& reflection = *message.GetReflection();
  field.is_repeated() ? reflection.AddBool(&message, &field, truth) : reflection.SetBool(&message, &field, truth);
  return absl::OkStatus();
}

// Sets or appends one value.
absl::Status SetField(const FieldDescriptor& field, absl::string_view flag, const std::string& value, Message& message) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return SetNumber<int32_t>(
          field, flag, value, absl::SimpleAtoi<int32_t>, [&](int32_t n) { r.SetInt32(&message, &field, n); },
          [&](int32_t n) { r.AddInt32(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_INT64:
      return SetNumber<int64_t>(
          field, flag, value, absl::SimpleAtoi<int64_t>, [&](int64_t n) { r.SetInt64(&message, &field, n); },
          [&](int64_t n) { r.AddInt64(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetNumber<uint32_t>(
          field, flag, value, absl::SimpleAtoi<uint32_t>, [&](uint32_t n) { r.SetUInt32(&message, &field, n); },
          [&](uint32_t n) { r.AddUInt32(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber<uint64_t>(
          field, flag, value, absl::SimpleAtoi<uint64_t>, [&](uint64_t n) { r.SetUInt64(&message, &field, n); },
          [&](uint64_t n) { r.AddUInt64(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetNumber<double>(
          field, flag, value, [](absl::string_view text, double* out) { return absl::SimpleAtod(text, out); },
          [&](double n) { r.SetDouble(&message, &field, n); }, [&](double n) { r.AddDouble(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_FLOAT:
      return SetNumber<float>(
          field, flag, value, [](absl::string_view text, float* out) { return absl::SimpleAtof(text, out); },
          [&](float n) { r.SetFloat(&message, &field, n); }, [&](float n) { r.AddFloat(&message, &field, n); });
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetBool(field, flag, value, message);
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, flag, value, message);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(field, value, message);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message& part = field.is_repeated() ? *r.AddMessage(&message, &field) : *r.MutableMessage(&message, &field);
      return ParseMessage(flag, value, part);
    }
  }
  return absl::OkStatus();
}

// Walks "taken-by.unit.agency-id" to the message that holds the last field; creates what is not there.
absl::StatusOr<std::pair<Message*, const FieldDescriptor*>> FindField(absl::string_view flag, Message& request) {
  Message* message = &request;
  const std::vector<absl::string_view> path = absl::StrSplit(flag, '.');
  for (size_t i = 0; i < path.size(); ++i) {
    const Descriptor& descriptor = *message->GetDescriptor();
    const FieldDescriptor* field = descriptor.FindFieldByName(FieldName(path[i]));
    if (field == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", flag, ": no field ", path[i], " in ", descriptor.full_name(), "; it has ", FlagNames(descriptor)));
    }
    if (i + 1 == path.size()) return std::make_pair(message, field);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", flag, ": ", path[i], " has no fields to set; give a list's element as text format in braces"));
    }
    message = message->GetReflection()->MutableMessage(message, field);
  }
  return absl::InvalidArgumentError("an empty flag");
}

absl::Status MergeFile(const std::string& path, Message& request) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("--file: cannot read ", path));
  std::stringstream text;
  text << file.rdbuf();
  if (!google::protobuf::TextFormat::MergeFromString(text.str(), &request)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--file: ", path, " is not text format of ", request.GetDescriptor()->full_name()));
  }
  return absl::OkStatus();
}

std::string TypeName(const FieldDescriptor& field) {
  if (field.enum_type() != nullptr) return EnumChoices(*field.enum_type());
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  return field.cpp_type_name();
}

}  // namespace

absl::Status ApplyArguments(const std::vector<std::string>& arguments, Message& request) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!absl::StartsWith(arguments[i], "--")) {
      return absl::InvalidArgumentError(absl::StrCat("\"", arguments[i], "\" is no flag; fields are given as --field VALUE"));
    }
    std::pair<std::string, std::string> flag = absl::StrSplit(arguments[i].substr(2), absl::MaxSplits('=', 1));
    const bool has_value = absl::StrContains(arguments[i], '=');
    const bool next_is_value = i + 1 < arguments.size() && !absl::StartsWith(arguments[i + 1], "--");
    if (!has_value && next_is_value) flag.second = arguments[++i];
    if (flag.first == "file") {
      SIP_RETURN_IF_ERROR(MergeFile(flag.second, request));
      continue;
    }
    SIP_ASSIGN_OR_RETURN(const auto found, FindField(flag.first, request));
    const auto& [message, field] = found;
    const bool bare = !has_value && !next_is_value;
    if (bare && field->cpp_type() != FieldDescriptor::CPPTYPE_BOOL) return Refuse(flag.first, "", "a value");
    SIP_RETURN_IF_ERROR(SetField(*field, flag.first, bare ? "true" : flag.second, *message));
  }
  return absl::OkStatus();
}

std::string EnsureRequestId(Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr) return "";
  const Reflection& reflection = *request.GetReflection();
  if (reflection.GetString(request, field).empty()) reflection.SetString(&request, field, NewUuidV7().ToString());
  return reflection.GetString(request, field);
}

std::string DescribeFlags(const Descriptor& request) {
  std::string text;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    const common::v1::FieldRules& rules = field.options().GetExtension(common::v1::rules);
    absl::StrAppend(&text, "  --", FlagName(field.name()), field.is_repeated() ? " (repeatable)" : "",
                    rules.required() ? " (required)" : "", "  ", TypeName(field), "\n");
  }
  return text;
}

}  // namespace sip
