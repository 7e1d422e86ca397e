// The command that is held against a bare call, wherever it is measured: EditPlan, one new goal, in turns with echoes of its bytes.
#ifndef SIP_TESTS_BENCHMARK_EDIT_LOAD_H_
#define SIP_TESTS_BENCHMARK_EDIT_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"
#include "tests/benchmark/load.h"

namespace sip {

// Not thread-safe. Ends the program if a call fails.
class EditLoad {
 public:
  static constexpr size_t kInFlight = 64;

  // Plays so many cases until their drafts have some goals: commands to a single one would wait for each other. What `client_of`
  // gives for an edit, and `echo`, are used until the end of this object.
  EditLoad(ClientOf client_of, RawClient& echo, size_t cases);

  // How quickly the cases were played.
  double BeginningsPerSecond() const { return beginnings_per_second_; }
  const std::vector<CaseStory>& stories() const { return stories_; }

  // Medians of the rounds, in calls per second.
  struct Rates {
    double edits = 0;
    double echoes = 0;
  };
  // Rounds of so many calls each, kInFlight at a time; `before_echoes` may wait until there is nothing left to do of the edits.
  Rates Measure(size_t rounds, size_t calls, const std::function<void()>& before_echoes);

  // The next edit and its echo, one after the other, each alone.
  struct Pair {
    RawCall edit;
    double edit_seconds = 0;
    double echo_seconds = 0;
  };
  Pair MeasureOne();

 private:
  std::vector<RawCall> Next(size_t count);

  const ClientOf client_of_;
  RawClient& echo_;
  double beginnings_per_second_ = 0;
  std::vector<CaseStory> stories_;
  uint64_t serial_ = 0;
};

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_EDIT_LOAD_H_
