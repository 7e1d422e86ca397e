// What every text of a request must be: UTF-8 in NFC, without control characters except line feed and tab.
#ifndef SIP_LIBS_RPC_TEXT_H_
#define SIP_LIBS_RPC_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sip {

// What is wrong with `text`, without any of its content; absent if nothing is.
std::optional<std::string> FaultOfText(absl::string_view text);

// Whether `bytes` are well-formed UTF-8.
bool IsUtf8(absl::string_view bytes);

// The longest prefix of well-formed `text` that is at most `max_bytes` long and ends between characters.
absl::string_view CutUtf8(absl::string_view text, size_t max_bytes);

}  // namespace sip

#endif  // SIP_LIBS_RPC_TEXT_H_
