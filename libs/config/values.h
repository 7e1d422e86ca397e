// The texts of configuration values: sizes, counts, durations, switches, addresses.
#ifndef SIP_LIBS_CONFIG_VALUES_H_
#define SIP_LIBS_CONFIG_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

// "4096". Absent for anything else.
std::optional<uint64_t> ParseCount(absl::string_view text);
// "262144", "256KiB", "256 KiB", also MiB, GiB, TiB. Absent for anything else, also on overflow.
std::optional<uint64_t> ParseBytes(absl::string_view text);
// "1GiB" where it is a whole number of the unit.
std::string FormatBytes(uint64_t bytes);
// "90d", "30s", "1m30s", "250ms". Absent for anything else and for negative ones.
std::optional<absl::Duration> ParsePeriod(absl::string_view text);
// Days where it is whole days.
std::string FormatPeriod(absl::Duration period);
// "true", "false".
std::optional<bool> ParseSwitch(absl::string_view text);

// Whether it is "host:port" with a port up to 65535.
bool IsAddress(absl::string_view text);

// How many characters must be inserted, removed or replaced to make `b` of `a`.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace sip

#endif  // SIP_LIBS_CONFIG_VALUES_H_
