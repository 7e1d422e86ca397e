#include "tools/sipctl/output.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "google/type/date.pb.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Counts characters: bytes that do not continue a UTF-8 sequence.
size_t Width(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  const absl::string_view prefix = absl::StripSuffix(value.type()->value(0)->name(), "UNSPECIFIED");
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(value.name(), prefix)), {{"_", " "}});
}

// A message that people read as one value; empty if it is none.
std::string WellKnownText(const Message& message) {
  if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    return google::protobuf::util::TimeUtil::ToString(static_cast<const google::protobuf::Timestamp&>(message));
  }
  if (message.GetDescriptor() == google::type::Date::descriptor()) {
    const auto& date = static_cast<const google::type::Date&>(message);
    const auto two = [](int n) { return absl::StrCat(absl::Dec(n, absl::kZeroPad2)); };
    return absl::StrCat(absl::Dec(date.year(), absl::kZeroPad4), "-", two(date.month()), "-", two(date.day()));
  }
  if (message.GetDescriptor()->full_name() == "sip.common.v1.Occurred") {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    return set.empty() ? "" : WellKnownText(message.GetReflection()->GetMessage(message, set[0]));
  }
  return "";
}

bool IsSimple(const FieldDescriptor& field) {
  if (field.is_repeated()) return false;
  if (field.message_type() == nullptr) return true;
  const std::string& type = field.message_type()->full_name();
  return type == "google.protobuf.Timestamp" || type == "google.type.Date" || type == "sip.common.v1.Occurred";
}

// The value at `index` of a repeated field, or the only one (index -1).
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? r.GetInt32(message, &field) : r.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? r.GetInt64(message, &field) : r.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? r.GetUInt32(message, &field) : r.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(one ? r.GetUInt64(message, &field) : r.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(one ? r.GetDouble(message, &field) : r.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(one ? r.GetFloat(message, &field) : r.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r.GetBool(message, &field) : r.GetRepeatedBool(message, &field, index)) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(*(one ? r.GetEnum(message, &field) : r.GetRepeatedEnum(message, &field, index)));
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? r.GetString(message, &field) : r.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WellKnownText(one ? r.GetMessage(message, &field) : r.GetRepeatedMessage(message, &field, index));
  }
  return "";
}

void AppendLines(const Message& message, int depth, std::string& out);

void AppendField(const Message& message, const FieldDescriptor& field, int index, int depth, std::string& out) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  const std::string name = absl::StrReplaceAll(field.name(), {{"_", " "}});
  const bool structured = field.message_type() != nullptr;
  const std::string text = field.type() == FieldDescriptor::TYPE_BYTES ? "(bytes)" : ScalarText(message, field, index);
  if (!structured || !text.empty()) {
    absl::StrAppend(&out, indent, name, ": ", absl::StrReplaceAll(text, {{"\n", "\n" + indent + "  "}}), "\n");
    return;
  }
  absl::StrAppend(&out, indent, name, ":\n");
  const Reflection& r = *message.GetReflection();
  AppendLines(index < 0 ? r.GetMessage(message, &field) : r.GetRepeatedMessage(message, &field, index), depth + 1, out);
}

void AppendLines(const Message& message, int depth, std::string& out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      AppendField(message, *field, -1, depth, out);
      continue;
    }
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) AppendField(message, *field, i, depth, out);
  }
}

// The one list of messages in a List… response; null if there is none, or more than one.
const FieldDescriptor* ListField(const Message& response) {
  const FieldDescriptor* list = nullptr;
  for (int i = 0; i < response.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = response.GetDescriptor()->field(i);
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    if (list != nullptr) return nullptr;
    list = field;
  }
  return list;
}

std::string FormatTable(const Message& response, const FieldDescriptor& list) {
  const Reflection& reflection = *response.GetReflection();
  const int rows = reflection.FieldSize(response, &list);
  std::vector<const FieldDescriptor*> columns;
  for (int i = 0; i < list.message_type()->field_count(); ++i) {
    const FieldDescriptor* field = list.message_type()->field(i);
    if (IsSimple(*field) && field->type() != FieldDescriptor::TYPE_BYTES) columns.push_back(field);
  }
  std::vector<std::vector<std::string>> cells(1);
  for (const FieldDescriptor* column : columns) {
    cells[0].push_back(absl::AsciiStrToUpper(absl::StrReplaceAll(column->name(), {{"_", " "}})));
  }
  for (int i = 0; i < rows; ++i) {
    const Message& row = reflection.GetRepeatedMessage(response, &list, i);
    cells.emplace_back();
    for (const FieldDescriptor* column : columns) {
      const bool absent = column->message_type() != nullptr && !row.GetReflection()->HasField(row, column);
      cells.back().push_back(absent ? "" : ScalarText(row, *column, -1));
    }
  }
  return rows == 0 ? "(none)\n" : AlignColumns(cells);
}

}  // namespace

std::string AlignColumns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) absl::StrAppend(&line, row[i], std::string(widths[i] - Width(row[i]) + 2, ' '));
    absl::StrAppend(&out, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
  return out;
}

std::string Format(const Message& response, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string json;
    const auto status = google::protobuf::util::MessageToJsonString(response, &json, options);
    return status.ok() ? json + "\n" : absl::StrCat("{\"error\": \"", std::string(status.message()), "\"}\n");
  }
  if (const FieldDescriptor* list = ListField(response); list != nullptr && response.GetDescriptor()->name().rfind("List", 0) == 0) {
    return FormatTable(response, *list);
  }
  std::string lines;
  AppendLines(response, 0, lines);
  return lines;
}

}  // namespace sip
