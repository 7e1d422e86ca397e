#include "tools/sipctl/output.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "google/type/date.pb.h"
#include "libs/base/check.h"

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

std::string BytesText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  return absl::BytesToHexString(index < 0 ? r.GetString(message, &field) : r.GetRepeatedString(message, &field, index));
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

// Writes messages as indented lines.
class LinePrinter {
 public:
  LinePrinter(TextMask mask, std::string& out) : mask_(mask), out_(out) {}

  void Print(const Message& message, int depth) {
    if (const std::unique_ptr<Message> inner = Unpacked(message)) return Print(*inner, depth);
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) PrintField(message, *field, field->is_repeated() ? i : -1, depth);
    }
  }

 private:
  std::string TextOf(const Message& message, const FieldDescriptor& field, int index) const {
    if (mask_ == TextMask::kHide && IsContent(field)) return kHiddenText;
    if (field.type() == FieldDescriptor::TYPE_BYTES) return BytesText(message, field, index);
    return ScalarText(message, field, index);
  }

  void PrintField(const Message& message, const FieldDescriptor& field, int index, int depth) {
    const std::string indent(static_cast<size_t>(depth) * 2, ' ');
    const std::string name = absl::StrReplaceAll(field.name(), {{"_", " "}});
    const std::string text = TextOf(message, field, index);
    if (field.message_type() == nullptr || !text.empty()) {
      absl::StrAppend(&out_, indent, name, ": ", absl::StrReplaceAll(text, {{"\n", "\n" + indent + "  "}}), "\n");
      return;
    }
    absl::StrAppend(&out_, indent, name, ":\n");
    const Reflection& r = *message.GetReflection();
    Print(index < 0 ? r.GetMessage(message, &field) : r.GetRepeatedMessage(message, &field, index), depth + 1);
  }

  const TextMask mask_;
  std::string& out_;
};

// The list in a response that is nothing but a list and how far was read; null otherwise.
const FieldDescriptor* ListField(const Message& response) {
  const FieldDescriptor* list = nullptr;
  for (int i = 0; i < response.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = response.GetDescriptor()->field(i);
    if (field->name() == "next_page_token" || field->name() == "read_at") continue;
    if (list != nullptr || !field->is_repeated() || field->message_type() == nullptr) return nullptr;
    list = field;
  }
  return list;
}

// A column: a field of the element, or of the element's row.
struct Column {
  const FieldDescriptor* row = nullptr;  // Null: of the element.
  const FieldDescriptor* field = nullptr;
};

void AddColumns(const google::protobuf::Descriptor& type, const FieldDescriptor* row, std::vector<Column>& columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const bool is_row = field->name() == "row" || absl::EndsWith(field->name(), "_row");
    if (IsSimple(*field) && field->type() != FieldDescriptor::TYPE_BYTES) columns.push_back({row, field});
    if (is_row && row == nullptr && field->message_type() != nullptr) AddColumns(*field->message_type(), field, columns);
  }
}

std::string CellText(const Message& element, const Column& column) {
  const Message& message = column.row == nullptr ? element : element.GetReflection()->GetMessage(element, column.row);
  const bool absent = column.field->message_type() != nullptr && !message.GetReflection()->HasField(message, column.field);
  return absent ? "" : ScalarText(message, *column.field, -1);
}

std::string FormatTable(const Message& response, const FieldDescriptor& list) {
  const Reflection& reflection = *response.GetReflection();
  const int rows = reflection.FieldSize(response, &list);
  if (rows == 0) return "(none)\n";
  std::vector<Column> columns;
  AddColumns(*list.message_type(), nullptr, columns);
  std::vector<std::vector<std::string>> cells(1);
  for (const Column& column : columns) {
    cells[0].push_back(absl::AsciiStrToUpper(absl::StrReplaceAll(column.field->name(), {{"_", " "}})));
  }
  for (int i = 0; i < rows; ++i) {
    cells.emplace_back();
    for (const Column& column : columns) {
      cells.back().push_back(CellText(reflection.GetRepeatedMessage(response, &list, i), column));
    }
  }
  return AlignColumns(cells);
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
  if (const FieldDescriptor* list = ListField(response); list != nullptr) return FormatTable(response, *list);
  return FormatLines(response, 0, TextMask::kShow);
}

std::string FormatLines(const Message& message, int depth, TextMask mask) {
  std::string lines;
  LinePrinter(mask, lines).Print(message, depth);
  return lines;
}

std::string FieldText(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  SIP_CHECK(field != nullptr && IsSimple(*field));
  if (field->message_type() != nullptr && !message.GetReflection()->HasField(message, field)) return "";
  return ScalarText(message, *field, -1);
}

}  // namespace sip
