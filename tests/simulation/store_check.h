// Whether a stream store holds what the log says, and goes on where its checkpoints stand.
#ifndef SIP_TESTS_SIMULATION_STORE_CHECK_H_
#define SIP_TESTS_SIMULATION_STORE_CHECK_H_

#include "absl/status/status.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/process.h"

namespace sip {

absl::Status CheckStore(Environment& environment, const Judge& judge, Process& process);

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_STORE_CHECK_H_
