// The table of all options. Parsing, validation, --help, --print-config and the documentation are all made from it.
#ifndef SIP_LIBS_CONFIG_OPTIONS_H_
#define SIP_LIBS_CONFIG_OPTIONS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/config/config.h"

namespace sip {

// Kinds of values, each with the member that holds it.
struct TextOption {
  std::string Config::*member;
  bool may_be_empty = false;
  std::vector<absl::string_view> choices = {};  // Empty: any text.
};
// An address, "host:port".
struct AddressOption {
  std::string Config::*member;
  bool may_be_empty = false;
};
struct SwitchOption {
  bool Config::*member;
};
struct CountOption {
  uint64_t Config::*member;
  uint64_t min;
  uint64_t max;
};
struct BytesOption {
  uint64_t Config::*member;
  uint64_t min;
  uint64_t max;
};
struct PeriodOption {
  absl::Duration Config::*member;
  absl::Duration min;
  absl::Duration max;
};

struct Option {
  absl::string_view key;  // Lower case, groups before a dot: "engine.mailbox_limit".
  std::variant<TextOption, AddressOption, SwitchOption, CountOption, BytesOption, PeriodOption> kind;
  absl::string_view help;

  // "--engine-mailbox-limit"
  std::string Flag() const;
  // "SIP_ENGINE_MAILBOX_LIMIT"
  std::string Variable() const;
  // What values it takes, such as "1 to 1024" or "host:port".
  std::string Form() const;
  // The value in `config`, as text that Set reads back.
  std::string Get(const Config& config) const;
  // INVALID_ARGUMENT with the form that is expected.
  absl::Status Set(absl::string_view text, Config& config) const;
};

// All options, in the order in which they are shown.
absl::Span<const Option> AllOptions();

// Null if there is none.
const Option* FindOption(absl::string_view key);

// " Did you mean 'x'?" with the nearest of the options' names, or nothing if none is near. `name_of` says which name is meant.
std::string Suggestion(absl::string_view name, std::string (*name_of)(const Option&));

}  // namespace sip

#endif  // SIP_LIBS_CONFIG_OPTIONS_H_
