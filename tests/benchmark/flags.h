// The arguments of a benchmark program, and its end when something is wrong: a figure of half a run is worth nothing.
#ifndef SIP_TESTS_BENCHMARK_FLAGS_H_
#define SIP_TESTS_BENCHMARK_FLAGS_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace sip {

using Flags = std::map<std::string, std::string>;

// Arguments "--name value". Anything else ends the program with its usage: the names in `defaults` and their values.
Flags ReadFlags(int argc, char** argv, Flags defaults);
size_t CountFlag(const Flags& flags, const std::string& name);

// Prints what went wrong and ends the program.
[[noreturn]] void Die(absl::string_view why);

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_FLAGS_H_
