#include "libs/telemetry/log_field.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sip {
namespace {

constexpr size_t kMaxCodeBytes = 128;
constexpr size_t kMaxTextBytes = 512;
constexpr absl::string_view kMask = "[masked]";

size_t DigitsFrom(absl::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))) ++end;
  return end - begin;
}

bool IsWordAt(absl::string_view text, size_t at) {
  return at < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
}

// The length of a personal or coordination number that begins at `begin`: 6 or 8 digits, perhaps - or +, 4 digits. 0 if none does.
size_t PersonalNumberAt(absl::string_view text, size_t begin) {
  if (begin > 0 && IsWordAt(text, begin - 1)) return 0;
  size_t length = DigitsFrom(text, begin);
  if (length == 6 || length == 8) {
    const size_t sign = begin + length;
    if (sign >= text.size() || (text[sign] != '-' && text[sign] != '+') || DigitsFrom(text, sign + 1) != 4) return 0;
    length += 5;
  } else if (length != 10 && length != 12) {
    return 0;
  }
  return IsWordAt(text, begin + length) ? 0 : length;
}

std::string MaskPersonalNumbers(absl::string_view text) {
  std::string masked;
  for (size_t i = 0; i < text.size();) {
    if (const size_t length = PersonalNumberAt(text, i); length > 0) {
      masked.append(kMask.data(), kMask.size());
      i += length;
    } else {
      masked.push_back(text[i++]);
    }
  }
  return masked;
}

bool IsCodeChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::string_view("._:/@-").find(c) != absl::string_view::npos;
}

std::string SafeText(absl::string_view text) {
  std::string safe(text.substr(0, kMaxTextBytes));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return !absl::ascii_isprint(static_cast<unsigned char>(c)); }, ' ');
  return MaskPersonalNumbers(safe);
}

struct AppendValue {
  std::string& json;

  void operator()(bool value) const { absl::StrAppend(&json, value ? "true" : "false"); }
  void operator()(int64_t value) const { absl::StrAppend(&json, value); }
  void operator()(uint64_t value) const { absl::StrAppend(&json, value); }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      absl::StrAppendFormat(&json, "%.9g", value);
    } else {
      absl::StrAppend(&json, "null");
    }
  }
  void operator()(absl::Duration value) const { (*this)(absl::ToDoubleSeconds(value)); }
  void operator()(absl::Time value) const {
    AppendJsonString(absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", value, absl::UTCTimeZone()), json);
  }
  void operator()(const Uuid& value) const { AppendJsonString(value.ToString(), json); }
  void operator()(StaticText value) const { AppendJsonString(value.view(), json); }
  void operator()(LogCode value) const { AppendJsonString(SafeCode(value.text()), json); }
  void operator()(OperatorText value) const { AppendJsonString(SafeText(value.text()), json); }
};

}  // namespace

std::string SafeCode(absl::string_view text) {
  if (text.size() > kMaxCodeBytes || !std::all_of(text.begin(), text.end(), IsCodeChar)) return "?";
  return MaskPersonalNumbers(text);
}

void AppendJsonString(absl::string_view text, std::string& json) {
  json.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json.push_back('\\');
      json.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(c));
    } else {
      json.push_back(c);
    }
  }
  json.push_back('"');
}

void LogField::AppendTo(std::string& json) const {
  AppendJsonString(name_.view(), json);
  json.push_back(':');
  std::visit(AppendValue{json}, value_);
}

}  // namespace sip
