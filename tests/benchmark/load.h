// The one load client of all benchmarks: keeps a number of calls under way until a list of them is done.
#ifndef SIP_TESTS_BENCHMARK_LOAD_H_
#define SIP_TESTS_BENCHMARK_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"

namespace sip {

struct LoadResult {
  absl::Duration took;
  std::vector<double> seconds;  // Of each call, from start to answer.
  size_t response_bytes = 0;    // Of the last answer.

  double PerSecond() const { return static_cast<double>(seconds.size()) / absl::ToDoubleSeconds(took); }
};

// Makes the calls in order, `in_flight` at a time. Ends the program if one is not answered with OK: a refused call costs less.
LoadResult RunLoad(RawClient& client, size_t in_flight, const std::vector<RawCall>& calls);

// Who takes a call; asked on any thread, and lives as long as the load.
using ClientOf = std::function<RawClient&(const RawCall&)>;

// Plays `count` stories to their ends, `in_flight` of them at a time, and gives each to `finished` (one at a time, any thread).
void PlayStories(const ClientOf& client_of, size_t in_flight, size_t count, const std::function<CaseStory(size_t)>& make,
                 const std::function<void(size_t, CaseStory)>& finished);

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_LOAD_H_
