#include "tests/benchmark/flags.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace sip {

Flags ReadFlags(int argc, char** argv, Flags defaults) {
  std::string usage = absl::StrCat("usage: ", argv[0]);
  for (const auto& [name, value] : defaults) absl::StrAppend(&usage, " [--", name, " ", value.empty() ? "FILE" : value, "]");
  for (int i = 1; i < argc; i += 2) {
    absl::string_view name = argv[i];
    const auto flag = absl::ConsumePrefix(&name, "--") ? defaults.find(std::string(name)) : defaults.end();
    if (flag == defaults.end() || i + 1 == argc) Die(usage);
    flag->second = argv[i + 1];
  }
  return defaults;
}

size_t CountFlag(const Flags& flags, const std::string& name) {
  size_t count = 0;
  if (!absl::SimpleAtoi(flags.at(name), &count)) Die(absl::StrCat("--", name, " is not a number"));
  return count;
}

void Die(absl::string_view why) {
  absl::FPrintF(stderr, "%s\n", why);
  std::exit(1);
}

}  // namespace sip
