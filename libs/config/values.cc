#include "libs/config/values.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sip {
namespace {

struct ByteUnit {
  absl::string_view suffix;
  int shift;
};

constexpr std::array<ByteUnit, 4> kByteUnits = {{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}}};
constexpr absl::Duration kDay = absl::Hours(24);

}  // namespace

std::optional<uint64_t> ParseCount(absl::string_view text) {
  uint64_t value = 0;
  // SimpleAtoi takes signs and blanks, which a count does not have.
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!digits || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

std::optional<uint64_t> ParseBytes(absl::string_view text) {
  int shift = 0;
  for (const ByteUnit& unit : kByteUnits) {
    if (absl::ConsumeSuffix(&text, unit.suffix)) {
      shift = unit.shift;
      text = absl::StripTrailingAsciiWhitespace(text);
      break;
    }
  }
  const std::optional<uint64_t> count = ParseCount(text);
  if (!count.has_value() || *count > (std::numeric_limits<uint64_t>::max() >> shift)) return std::nullopt;
  return *count << shift;
}

std::string FormatBytes(uint64_t bytes) {
  for (const ByteUnit& unit : kByteUnits) {
    const uint64_t size = uint64_t{1} << unit.shift;
    if (bytes >= size && bytes % size == 0) return absl::StrCat(bytes / size, unit.suffix);
  }
  return absl::StrCat(bytes);
}

std::optional<absl::Duration> ParsePeriod(absl::string_view text) {
  absl::string_view number = text;
  if (absl::ConsumeSuffix(&number, "d")) {
    const std::optional<uint64_t> days = ParseCount(number);
    if (!days.has_value() || *days > 100'000) return std::nullopt;
    return kDay * *days;
  }
  absl::Duration period;
  if (!absl::ParseDuration(text, &period) || period < absl::ZeroDuration()) return std::nullopt;
  return period;
}

std::string FormatPeriod(absl::Duration period) {
  if (period >= kDay && period % kDay == absl::ZeroDuration()) return absl::StrCat(period / kDay, "d");
  return absl::FormatDuration(period);
}

std::optional<bool> ParseSwitch(absl::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool IsAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  const std::optional<uint64_t> port = ParseCount(text.substr(colon + 1));
  return port.has_value() && *port <= 65535;
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace sip
