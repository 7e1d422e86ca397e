#include "tests/acceptance/story.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace sip {
namespace {

// Calls `text_piece` and `name` for the pieces of a text with ${name} in it, in order.
template <typename OnText, typename OnName>
void ForPieces(absl::string_view text, const OnText& on_text, const OnName& on_name) {
  for (;;) {
    const size_t start = text.find("${");
    const size_t end = start == absl::string_view::npos ? start : text.find('}', start);
    if (end == absl::string_view::npos) break;
    on_text(text.substr(0, start));
    on_name(std::string(text.substr(start + 2, end - start - 2)));
    text.remove_prefix(end + 1);
  }
  on_text(text);
}

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  std::string text;
};

}  // namespace

std::string ExpandNames(absl::string_view text, const IdOfName& id_of_name) {
  std::string expanded;
  ForPieces(
      text, [&](absl::string_view piece) { absl::StrAppend(&expanded, piece); },
      [&](const std::string& name) { absl::StrAppend(&expanded, id_of_name(name)); });
  return expanded;
}

std::vector<std::string> NamesIn(absl::string_view text) {
  std::vector<std::string> names;
  ForPieces(
      text, [](absl::string_view) {}, [&](const std::string& name) { names.push_back(name); });
  return names;
}

absl::StatusOr<std::map<std::string, std::string>> ReadChapters(const std::string& folder) {
  std::map<std::string, std::string> chapters;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".txtpb") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    chapters[entry.path().filename().string()].assign(std::istreambuf_iterator<char>(file), {});
  }
  if (error || chapters.empty()) return absl::NotFoundError(absl::StrCat("no chapters in ", folder));
  return chapters;
}

absl::StatusOr<std::string> ReadChapter(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<testing::v1::Story> ParseChapter(absl::string_view text, absl::string_view name) {
  testing::v1::Story story;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(std::string(text), &story)) return story;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", error.text));
}

views::v1::PlanRow ForComparison(views::v1::PlanRow row) {
  row.clear_recorded_at();
  row.clear_stream_version();
  row.clear_rule_set_digest();
  if (row.has_draft()) row.mutable_draft()->clear_opened_at();
  if (row.has_in_force()) {
    row.mutable_in_force()->clear_recorded_at();
    row.mutable_in_force()->clear_record_leaf();
    row.mutable_in_force()->clear_record_idx();
  }
  return row;
}

std::string ExpectedText(const views::v1::PlanRow& row, const std::map<std::string, std::string>& names) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(ForComparison(row), &text);
  std::vector<std::pair<std::string, std::string>> replacements;
  replacements.reserve(names.size());
  for (const auto& [id, name] : names) replacements.emplace_back(id, absl::StrCat("${", name, "}"));
  return absl::StrCat("# proto-file: sip/views/v1/plan_rows.proto\n# proto-message: sip.views.v1.PlanRow\n\n",
                      absl::StrReplaceAll(text, replacements));
}

}  // namespace sip
