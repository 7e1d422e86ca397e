#include "tests/benchmark/edit_load.h"

#include <utility>

#include "absl/time/clock.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

std::vector<RawCall> EchoesOf(std::vector<RawCall> calls) {
  for (RawCall& call : calls) call.path = "/sip.testing.v1.EchoService/Echo";
  return calls;
}

}  // namespace

EditLoad::EditLoad(ClientOf client_of, RawClient& echo, size_t cases) : client_of_(std::move(client_of)), echo_(echo) {
  const absl::Time begun = absl::Now();
  size_t calls = 0;
  PlayStories(
      client_of_, kInFlight, cases,
      [](size_t index) { return CaseStory("benchmark", index, {.contacts = 1, .edits = 4, .edit_elements = 5}); },
      [&](size_t, CaseStory story) {
        calls += story.size();
        stories_.push_back(std::move(story));
      });
  beginnings_per_second_ = static_cast<double>(calls) / absl::ToDoubleSeconds(absl::Now() - begun);
}

EditLoad::Rates EditLoad::Measure(size_t rounds, size_t calls, const std::function<void()>& before_echoes) {
  std::vector<double> edit_rates;
  std::vector<double> echo_rates;
  for (size_t round = 0; round < rounds; ++round) {
    const std::vector<RawCall> edits = Next(calls);
    const std::vector<RawCall> echoes = EchoesOf(edits);
    before_echoes();
    echo_rates.push_back(RunLoad(echo_, kInFlight, echoes).PerSecond());
    edit_rates.push_back(RunLoad(client_of_(edits.front()), kInFlight, edits).PerSecond());
  }
  return {.edits = Median(edit_rates), .echoes = Median(echo_rates)};
}

EditLoad::Pair EditLoad::MeasureOne() {
  const std::vector<RawCall> edits = Next(1);
  const double echo_seconds = RunLoad(echo_, 1, EchoesOf(edits)).seconds.front();
  const double edit_seconds = RunLoad(client_of_(edits.front()), 1, edits).seconds.front();
  return {.edit = edits.front(), .edit_seconds = edit_seconds, .echo_seconds = echo_seconds};
}

std::vector<RawCall> EditLoad::Next(size_t count) {
  std::vector<RawCall> calls;
  calls.reserve(count);
  for (size_t i = 0; i < count; ++i, ++serial_) {
    calls.push_back(stories_[serial_ % stories_.size()].ExtraEdit(serial_));
    // With the agency but without tokens: both servers get the same metadata.
    calls.back().tokens.clear();
  }
  return calls;
}

}  // namespace sip
