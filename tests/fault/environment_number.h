// How often, and from which seed: what a long form of a test changes.
#ifndef SIP_TESTS_FAULT_ENVIRONMENT_NUMBER_H_
#define SIP_TESTS_FAULT_ENVIRONMENT_NUMBER_H_

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace sip {

inline uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  uint64_t number = otherwise;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

}  // namespace sip

#endif  // SIP_TESTS_FAULT_ENVIRONMENT_NUMBER_H_
