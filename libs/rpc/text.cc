#include "libs/rpc/text.h"

#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "libs/base/check.h"

namespace sip {
namespace {

// The code point at `i`, which moves behind it; negative if the bytes there are not UTF-8.
UChar32 NextCodePoint(absl::string_view text, int32_t& i) {
  UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // Inside ICU's macro.
  U8_NEXT(text.data(), i, static_cast<int32_t>(text.size()), c);
#pragma GCC diagnostic pop
  return c;
}

bool IsPlainAscii(char c) { return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t'; }

bool IsForbiddenControl(UChar32 c) { return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0); }

bool IsNfc(absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  SIP_CHECK(U_SUCCESS(error));
  const bool normal = nfc->isNormalizedUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), error);
  return U_SUCCESS(error) && normal;
}

}  // namespace

std::optional<std::string> FaultOfText(absl::string_view text) {
  if (std::all_of(text.begin(), text.end(), IsPlainAscii)) return std::nullopt;
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const int32_t begin = i;
    const UChar32 c = NextCodePoint(text, i);
    if (c < 0) return absl::StrFormat("Not UTF-8 at byte %d.", begin);
    if (IsForbiddenControl(c)) return absl::StrFormat("Control character U+%04X at byte %d.", static_cast<unsigned>(c), begin);
  }
  if (!IsNfc(text)) return "Not in NFC.";
  return std::nullopt;
}

bool IsUtf8(absl::string_view bytes) {
  const int32_t size = static_cast<int32_t>(bytes.size());
  for (int32_t i = 0; i < size;) {
    if (NextCodePoint(bytes, i) < 0) return false;
  }
  return true;
}

absl::string_view CutUtf8(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace sip
