// What all parts of one simulated run share: the seed's random numbers, the time, the logs, the trace, and how bad things are now.
#ifndef SIP_TESTS_SIMULATION_ENVIRONMENT_H_
#define SIP_TESTS_SIMULATION_ENVIRONMENT_H_

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "libs/codec/codec.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/log_memory/memory_log.h"
#include "tests/simulation/trace.h"

namespace sip {

// The two contexts, and where they lie in arrays.
inline constexpr size_t kContexts = 2;
inline constexpr size_t kNotes = 0;
inline constexpr size_t kConsents = 1;
inline constexpr uint32_t kPartitions = 2;

// One of the contexts: its rules, and the log that it imports from.
struct SimulatedContext {
  const ContextModel* model = nullptr;
  size_t foreign = 0;
};
const std::array<SimulatedContext, kContexts>& Contexts();
// Knows the kinds of both.
const Codec& SimulationCodec();

// How probable it is that a call of a process to the outside ends so.
struct Weather {
  double process_ends = 0;  // The process is killed in the moment of the call.
  double store_fails = 0;   // The stream store cannot write.
  double end_fails = 0;     // The end of a foreign log is not told.
  double answer_lost = 0;   // The client does not hear.
  double others_act = 0;    // Something lands in a log while a process is taking over.
};

// Single-threaded.
struct Environment {
  Environment(uint64_t seed, MemoryLogOptions log_options, size_t trace_lines)
      : random(seed),
        logs(std::move(log_options)),
        trace(trace_lines),
        barrier_interval(Draw(0.5) ? absl::ZeroDuration() : absl::Milliseconds(static_cast<int64_t>(Below(200)))) {}

  bool Draw(double probability) {
    return probability > 0 && static_cast<double>(random() >> 11) < probability * static_cast<double>(1ULL << 53);
  }
  uint64_t Below(uint64_t limit) { return random() % limit; }

  std::mt19937_64 random;
  MemoryLogStore logs;
  Trace trace;
  // How old the state may be that a refusal or a read shows.
  const absl::Duration barrier_interval;
  Weather weather;
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  uint64_t step = 0;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_ENVIRONMENT_H_
