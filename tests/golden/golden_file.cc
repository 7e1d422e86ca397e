#include "tests/golden/golden_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace sip {
namespace {

constexpr size_t kHexPerLine = 128;

}  // namespace

GoldenMode GoldenModeFromEnvironment() {
  const char* value = std::getenv("SIP_UPDATE_GOLDEN");
  if (value == nullptr || absl::string_view(value).empty()) return GoldenMode::kCompare;
  return absl::string_view(value) == "keep" ? GoldenMode::kUpdateAndKeep : GoldenMode::kUpdate;
}

std::optional<std::string> ReadGolden(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteGolden(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> ParseForms(const std::string& text) {
  std::vector<std::string> forms;
  std::string hex;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && line[0] == '#') continue;
    absl::StrAppend(&hex, line);
    if (line.empty() && !hex.empty()) {
      forms.push_back(absl::HexStringToBytes(hex));
      hex.clear();
    }
  }
  if (!hex.empty()) forms.push_back(absl::HexStringToBytes(hex));
  return forms;
}

std::string FormatForms(const std::string& comment, const std::vector<std::string>& forms) {
  std::string text = absl::StrCat("# ", comment, "\n");
  for (size_t i = 0; i < forms.size(); ++i) {
    if (i > 0) text += '\n';
    const std::string hex = absl::BytesToHexString(forms[i]);
    for (size_t at = 0; at < hex.size(); at += kHexPerLine) absl::StrAppend(&text, hex.substr(at, kHexPerLine), "\n");
  }
  return text;
}

}  // namespace sip
