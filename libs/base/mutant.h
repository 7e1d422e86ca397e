// Mistakes that are sown on purpose, to see that a test finds each: tests/mutants/mutants.txt lists them, `tools/dev mutants` runs
// them. They exist in the preset `mutants` alone; everywhere else SIP_MUTANT is the constant false and leaves nothing in a program.
//
//   if (!SIP_MUTANT(fold_hole_keeps_claim)) state_.claim.reset();
#ifndef SIP_LIBS_BASE_MUTANT_H_
#define SIP_LIBS_BASE_MUTANT_H_

#ifdef SIP_MUTANTS

#include "absl/strings/string_view.h"

namespace sip {

// Whether the mistake of that name is made by this process: the environment variable SIP_MUTANT names at most one, when it starts.
// Thread-safe.
bool IsMutant(absl::string_view name);

}  // namespace sip

#define SIP_MUTANT(name) ::sip::IsMutant(#name)

#else

#define SIP_MUTANT(name) false

#endif  // SIP_MUTANTS

#endif  // SIP_LIBS_BASE_MUTANT_H_
