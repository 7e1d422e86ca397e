// How much memory sipd needs when it has recorded very much, and how soon it serves again when it was killed then. The references
// are the limits.
#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/acceptance/case_history.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

constexpr size_t kInFlight = 128;
constexpr size_t kConnections = 4;
constexpr double kMemoryLimitMiB = 1024;
constexpr double kRestartLimitSeconds = 5;

// A line of /proc/<pid>/status such as "VmRSS:   123 kB", in MiB.
double MemoryMiB(pid_t pid, absl::string_view name) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    double kib = 0;
    if (words.size() == 3 && words[0] == absl::StrCat(name, ":") && absl::SimpleAtod(words[1], &kib)) return kib / 1024;
  }
  Die("the process's memory cannot be read");
}

// Events that one such case leaves in all logs, and one for the person.
double EventsOfOneCase(const std::string& address, const CaseStory& story) {
  const auto history =
      ReadCaseHistory(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()), story.case_id(), kStoryAgency);
  if (!history.ok()) Die(history.status().ToString());
  size_t events = 1;
  for (const std::string& record : history->shape) {
    const std::vector<std::string> parts = absl::StrSplit(record, ": ");
    if (parts.size() == 2) events += static_cast<size_t>(std::count(parts[1].begin(), parts[1].end(), ' ')) + 1;
  }
  return static_cast<double>(events);
}

int Main(int argc, char** argv) {
  const Flags flags =
      ReadFlags(argc, argv, {{"json", ""}, {"folder", ""}, {"sipd", "build/release/services/sipd/sipd"}, {"cases", "100000"}});
  BenchmarkReport report(argc, argv);
  auto sipd = SipdProcess::Create({.binary = flags.at("sipd"), .folder = flags.at("folder"), .start_timeout = absl::Minutes(5)});
  if (!sipd.ok()) Die(sipd.status().ToString());
  if (const absl::Status started = (*sipd)->Start(); !started.ok()) Die(started.ToString());

  const size_t cases = CountFlag(flags, "cases");
  const absl::Time begun = absl::Now();
  std::unique_ptr<CaseStory> first;
  {
    RawClient client((*sipd)->address(), kConnections);
    PlayStories([&](const RawCall&) -> RawClient& { return client; }, kInFlight, cases,
                [](size_t index) { return CaseStory("capacity", index, {.contacts = 1, .with_plan = false}); },
                [&](size_t index, CaseStory story) {
                  if (index == 0) first = std::make_unique<CaseStory>(std::move(story));
                });
  }
  const double filled = absl::ToDoubleSeconds(absl::Now() - begun);
  const double events = EventsOfOneCase((*sipd)->address(), *first) * static_cast<double>(cases);
  report.Add({"cases filled in", static_cast<double>(cases), "cases", 0});
  report.Add({"events recorded in them", events, "events", 0});
  report.Add({"events recorded per second while filling", events / filled, "events/s", 0});
  report.Add({"memory of sipd then (VmRSS)", MemoryMiB((*sipd)->pid(), "VmRSS"), "MiB", kMemoryLimitMiB});
  report.Add({"memory of sipd at most (VmHWM)", MemoryMiB((*sipd)->pid(), "VmHWM"), "MiB", kMemoryLimitMiB});

  (*sipd)->Kill();
  const absl::Time killed = absl::Now();
  if (const absl::Status started = (*sipd)->Start(); !started.ok()) Die(started.ToString());
  report.Add({"kill -9 to serving again", absl::ToDoubleSeconds(absl::Now() - killed), "s", kRestartLimitSeconds});
  report.Add({"memory of sipd after the restart (VmRSS)", MemoryMiB((*sipd)->pid(), "VmRSS"), "MiB", kMemoryLimitMiB});
  return report.Finish();
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }
