// One run of everything together: engines of two contexts that import from each other, several processes of each that compete for
// the partitions or hand them to each other, clients that send and send again, views; over logs in memory, on one thread, in
// virtual time. One seed decides everything that happens, and all that can go wrong does. docs: tests/simulation/README.md.
#ifndef SIP_TESTS_SIMULATION_SIMULATION_H_
#define SIP_TESTS_SIMULATION_SIMULATION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/process.h"
#include "tests/simulation/reference_fold.h"

namespace sip {

struct SimulationResult {
  std::string violation;  // Empty: everything held.
  std::string digest;     // Of the trace.
  std::vector<std::string> trace;
  uint64_t steps = 0;
  uint64_t commands = 0;      // Operations that clients wanted.
  uint64_t calls = 0;         // Times they were sent.
  uint64_t acknowledged = 0;  // Operations answered OK.
  uint64_t refusals = 0;
  uint64_t reads = 0;
  uint64_t kills = 0;
  uint64_t barriers = 0;                                // Answered.
  uint64_t moves = 0;                                   // Partitions given up in good order for another process.
  std::array<uint64_t, ReferenceFold::kFates> fates{};  // Of all records in all logs.
};

// Keeps the last `trace_lines` of the trace.
SimulationResult Simulate(uint64_t seed, size_t trace_lines, Ownership ownership = Ownership::kAtStart);

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_SIMULATION_H_
