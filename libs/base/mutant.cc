#include "libs/base/mutant.h"

#include <cstdlib>
#include <string>

namespace sip {

bool IsMutant(absl::string_view name) {
  static const std::string* const kActive = [] {
    const char* active = std::getenv("SIP_MUTANT");
    return new std::string(active == nullptr ? "" : active);
  }();
  return name == *kActive;
}

}  // namespace sip
