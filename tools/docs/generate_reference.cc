// Writes docs/reasons.md and docs/events.md from the compiled image of all .proto files, so that the reference cannot differ from
// the program. With --check it writes nothing and fails where a file is not what it would write.
//
// usage: generate_reference IMAGE DOCS_FOLDER [--check]

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

namespace pb = ::google::protobuf;

constexpr char kGeneratedNote[] = "Generated from the .proto files by `tools/dev golden`; do not edit.";

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

// Text as it may stand in a cell of a Markdown table.
std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", " "}, {"|", "\\|"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// The comment that stands above a declaration, or behind it on its line.
template <typename DescriptorType>
std::string Comment(const DescriptorType& descriptor) {
  pb::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  const std::string& comment = location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  return std::string(absl::StripAsciiWhitespace(absl::StrReplaceAll(comment, {{"\n ", "\n"}})));
}

// --- reasons ---

std::string CodeName(uint32_t code) {
  static const auto* const names = new std::map<uint32_t, std::string>{
      {3, "INVALID_ARGUMENT"},  {4, "DEADLINE_EXCEEDED"},  {5, "NOT_FOUND"},           {6, "ALREADY_EXISTS"},
      {7, "PERMISSION_DENIED"}, {8, "RESOURCE_EXHAUSTED"}, {9, "FAILED_PRECONDITION"}, {10, "ABORTED"},
      {12, "UNIMPLEMENTED"},    {13, "INTERNAL"},          {14, "UNAVAILABLE"},        {16, "UNAUTHENTICATED"}};
  const auto it = names->find(code);
  return it == names->end() ? absl::StrCat(code) : it->second;
}

std::string ReasonRow(const pb::EnumValueDescriptor& value) {
  const common::v1::ReasonRules& rules = value.options().GetExtension(common::v1::reason);
  return absl::StrCat("| ", value.number(), " | `", absl::StripPrefix(value.name(), "REASON_"), "` | ", CodeName(rules.code()),
                      " | ", Cell(rules.en()), " ", Cell(rules.next_en()), " | ", Cell(rules.sv()), " ", Cell(rules.next_sv()),
                      " |\n");
}

std::string ReasonsPage(const pb::EnumDescriptor& reasons) {
  std::vector<const pb::EnumValueDescriptor*> values;
  for (int i = 0; i < reasons.value_count(); ++i) {
    if (reasons.value(i)->number() != 0) values.push_back(reasons.value(i));
  }
  std::sort(values.begin(), values.end(), [](const auto* a, const auto* b) { return a->number() < b->number(); });
  std::string page =
      absl::StrCat("# Reasons for refusal\n\n", kGeneratedNote, "\n\n",
                   "A refused request carries exactly one `google.rpc.ErrorInfo` with one of these names (without the prefix\n"
                   "`REASON_`) and, where a rule of the catalogue says so, its id. The names are stable.\n\n",
                   "| number | reason | gRPC code | what was refused, what to do | på svenska |\n|---|---|---|---|---|\n");
  for (const pb::EnumValueDescriptor* value : values) page += ReasonRow(*value);
  return page;
}

// --- events ---

// Whether a message, or one that it holds, has a field that is content.
bool HoldsContent(const pb::Descriptor& message, std::set<const pb::Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    if (field.options().GetExtension(common::v1::rules).content()) return true;
    if (field.message_type() != nullptr && HoldsContent(*field.message_type(), seen)) return true;
  }
  return false;
}

std::string ContentMark(const pb::FieldDescriptor& field) {
  if (field.options().GetExtension(common::v1::rules).content()) return "yes";
  std::set<const pb::Descriptor*> seen;
  return field.message_type() != nullptr && HoldsContent(*field.message_type(), seen) ? "in part" : "";
}

std::string TypeName(const pb::FieldDescriptor& field) {
  std::string name = field.type_name();
  if (field.message_type() != nullptr) name = field.message_type()->name();
  if (field.enum_type() != nullptr) name = field.enum_type()->name();
  return field.is_repeated() ? absl::StrCat("repeated ", name) : name;
}

std::string EventSection(const pb::FieldDescriptor& kind) {
  const pb::Descriptor& event = *kind.message_type();
  std::string section = absl::StrCat("### ", event.name(), "\n\n", Comment(event), "\n\n");
  if (event.field_count() == 0) return absl::StrCat(section, "No fields.\n\n");
  absl::StrAppend(&section, "| no. | field | type | content | meaning |\n|---|---|---|---|---|\n");
  for (int i = 0; i < event.field_count(); ++i) {
    const pb::FieldDescriptor& field = *event.field(i);
    absl::StrAppend(&section, "| ", field.number(), " | `", field.name(), "` | ", TypeName(field), " | ", ContentMark(field), " | ",
                    Cell(Comment(field)), " |\n");
  }
  return absl::StrCat(section, "\n");
}

std::string WrapperSection(const pb::Descriptor& wrapper) {
  std::string section = absl::StrCat("## ", wrapper.full_name(), "\n\n", Comment(wrapper), "\n\n");
  const pb::OneofDescriptor& kinds = *wrapper.FindOneofByName("kind");
  for (int i = 0; i < kinds.field_count(); ++i) section += EventSection(*kinds.field(i));
  return section;
}

bool IsEventWrapper(const pb::Descriptor& message) {
  return absl::EndsWith(message.name(), "Event") && message.FindOneofByName("kind") != nullptr;
}

std::string EventsPage(const std::vector<const pb::FileDescriptor*>& files) {
  std::map<std::string, std::string> sections;
  for (const pb::FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const pb::Descriptor& message = *file->message_type(i);
      if (IsEventWrapper(message)) sections[message.full_name()] = WrapperSection(message);
    }
  }
  std::string page =
      absl::StrCat("# Events\n\n", kGeneratedNote, "\n\n",
                   "What the logs hold, one section for each type of stream. *Content* (yes, or in part: somewhere inside)\n"
                   "is stored in a part of its own, apart from the skeleton that the program decides from.\n\n");
  for (const auto& [name, section] : sections) page += section;
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(page), "\n");
}

// --- files ---

// Loads an image into `pool`, and gives the files that are ours.
std::optional<std::vector<const pb::FileDescriptor*>> LoadImage(const std::string& path, pb::DescriptorPool& pool) {
  const std::optional<std::string> bytes = ReadFile(path);
  pb::FileDescriptorSet image;
  if (!bytes || !image.ParseFromString(*bytes)) return std::nullopt;
  std::vector<const pb::FileDescriptor*> files;
  for (const pb::FileDescriptorProto& proto : image.file()) {
    const pb::FileDescriptor* file = pool.BuildFile(proto);
    if (file == nullptr) return std::nullopt;
    if (absl::StartsWith(file->package(), "sip.")) files.push_back(file);
  }
  return files;
}

// Writes the page, or compares it. False if it could not be written or differs.
bool Deliver(const std::string& path, const std::string& page, bool check) {
  if (check) {
    if (ReadFile(path) == page) return true;
    std::cerr << path << " is not what the .proto files say; run: tools/dev golden\n";
    return false;
  }
  std::ofstream out(path, std::ios::binary);
  out << page;
  out.close();
  if (!out) std::cerr << path << " cannot be written\n";
  return static_cast<bool>(out);
}

int Run(const std::vector<std::string>& args) {
  const bool check = args.size() == 3 && args[2] == "--check";
  if (args.size() != 2 && !check) {
    std::cerr << "usage: generate_reference IMAGE DOCS_FOLDER [--check]\n";
    return 2;
  }
  pb::DescriptorPool pool;
  const auto files = LoadImage(args[0], pool);
  if (!files) {
    std::cerr << args[0] << " is not an image of .proto files\n";
    return 2;
  }
  const pb::EnumDescriptor* reasons = pool.FindEnumTypeByName("sip.common.v1.Reason");
  if (reasons == nullptr) {
    std::cerr << args[0] << " lacks sip.common.v1.Reason\n";
    return 2;
  }
  const bool reasons_ok = Deliver(args[1] + "/reasons.md", ReasonsPage(*reasons), check);
  const bool events_ok = Deliver(args[1] + "/events.md", EventsPage(*files), check);
  return reasons_ok && events_ok ? 0 : 1;
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Run(std::vector<std::string>(argv + 1, argv + argc)); }
