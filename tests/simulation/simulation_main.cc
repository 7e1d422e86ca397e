// Runs seeds and says what happened: simulation --seeds FROM..TO [--moving] [--trace] [--digests]. Ends with 1 at the first seed
// that fails.
#include <array>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/sha256.h"
#include "tests/simulation/simulation.h"

namespace sip {
namespace {

constexpr size_t kTailLines = 60;
constexpr uint64_t kSayEvery = 10'000;

struct Arguments {
  uint64_t from = 1;
  uint64_t to = 100;
  Ownership ownership = Ownership::kAtStart;
  bool trace = false;    // Prints everything that happened.
  bool digests = false;  // Prints the digest of each seed.
};

bool ReadArguments(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--moving") {
      arguments.ownership = Ownership::kMoving;
    } else if (name == "--trace") {
      arguments.trace = true;
    } else if (name == "--digests") {
      arguments.digests = true;
    } else if (name == "--seeds" && i + 1 < argc) {
      const std::vector<std::string> range = absl::StrSplit(argv[++i], "..");
      if (range.empty() || range.size() > 2 || !absl::SimpleAtoi(range.front(), &arguments.from) ||
          !absl::SimpleAtoi(range.back(), &arguments.to)) {
        return false;
      }
    } else {
      return false;
    }
  }
  return arguments.from <= arguments.to;
}

void Print(const std::string& line) { std::printf("%s\n", line.c_str()); }

void Fail(uint64_t seed, Ownership ownership, const SimulationResult& result) {
  for (const std::string& line : result.trace) Print(absl::StrCat("  ", line));
  Print(absl::StrCat("seed ", seed, " FAILED: ", result.violation));
  Print(absl::StrCat("all of it: tools/dev sim --seeds ", seed, ownership == Ownership::kMoving ? " --moving" : "", " --trace"));
}

void Sum(const SimulationResult& result, SimulationResult& all) {
  all.digest = Sha256Of({all.digest, result.digest});
  all.steps += result.steps;
  all.commands += result.commands;
  all.calls += result.calls;
  all.acknowledged += result.acknowledged;
  all.refusals += result.refusals;
  all.reads += result.reads;
  all.kills += result.kills;
  all.barriers += result.barriers;
  all.moves += result.moves;
  for (size_t i = 0; i < all.fates.size(); ++i) all.fates[i] += result.fates[i];
}

void Summarize(uint64_t seeds, const SimulationResult& all) {
  const auto fate = [&](ReferenceFold::Fate which) { return absl::StrCat(all.fates[static_cast<size_t>(which)]); };
  using Fate = ReferenceFold::Fate;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"seeds", absl::StrCat(seeds)},
      {"steps", absl::StrCat(all.steps)},
      {"commands", absl::StrCat(all.commands)},
      {"calls", absl::StrCat(all.calls)},
      {"acknowledged", absl::StrCat(all.acknowledged)},
      {"refusals", absl::StrCat(all.refusals)},
      {"reads", absl::StrCat(all.reads)},
      {"barriers", absl::StrCat(all.barriers)},
      {"crashes", absl::StrCat(all.kills)},
      {"moves", absl::StrCat(all.moves)},
      {"take-overs", fate(Fate::kClaim)},
      {"valid records", fate(Fate::kValid)},
      {"void: copy", fate(Fate::kCopy)},
      {"void: lost the race", fate(Fate::kLostRace)},
      {"void: stale", fate(Fate::kStale)},
      {"void: hole", fate(Fate::kHole)},
      {"digest", absl::BytesToHexString(all.digest)},
  };
  for (const auto& [name, value] : rows) std::printf("%-20s %s\n", name.c_str(), value.c_str());
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!ReadArguments(argc, argv, arguments)) {
    std::fprintf(stderr, "usage: %s --seeds FROM..TO [--moving] [--trace] [--digests]\n", argv[0]);
    return 2;
  }
  const size_t lines = arguments.trace ? std::numeric_limits<size_t>::max() : kTailLines;
  SimulationResult all;
  for (uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    const SimulationResult result = Simulate(seed, lines, arguments.ownership);
    if (!result.violation.empty()) {
      Fail(seed, arguments.ownership, result);
      return 1;
    }
    if (arguments.trace) {
      for (const std::string& line : result.trace) Print(line);
    }
    if (arguments.digests) Print(absl::StrCat("seed ", seed, ": ", result.digest));
    Sum(result, all);
    if ((seed - arguments.from + 1) % kSayEvery == 0) {
      Print(absl::StrCat(seed - arguments.from + 1, " seeds"));
      std::fflush(stdout);
    }
  }
  Summarize(arguments.to - arguments.from + 1, all);
  return 0;
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }
