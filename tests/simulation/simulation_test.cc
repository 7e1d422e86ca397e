// The simulation itself, and what it has found once.
#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/judge.h"
#include "tests/simulation/process.h"
#include "tests/simulation/requests.h"
#include "tests/simulation/store_check.h"

namespace sip {
namespace {

constexpr size_t kNoTrace = 0;

TEST(SimulationTest, TheSameSeedGivesTheSameRun) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulationResult first = Simulate(seed, kNoTrace);
    EXPECT_EQ(first.violation, "") << "seed " << seed;
    EXPECT_EQ(first.digest, Simulate(seed, kNoTrace).digest) << "seed " << seed;
  }
}

TEST(SimulationTest, TheSameSeedGivesTheSameRunWhereOwnershipMoves) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulationResult first = Simulate(seed, kNoTrace, Ownership::kMoving);
    EXPECT_EQ(first.violation, "") << "seed " << seed;
    EXPECT_EQ(first.digest, Simulate(seed, kNoTrace, Ownership::kMoving).digest) << "seed " << seed;
  }
}

TEST(SimulationTest, SeedsDiffer) { EXPECT_NE(Simulate(1, kNoTrace).digest, Simulate(2, kNoTrace).digest); }

TEST(SimulationTest, EverythingThatCanGoWrongDoes) {
  std::array<uint64_t, ReferenceFold::kFates> fates{};
  uint64_t kills = 0;
  uint64_t reads = 0;
  uint64_t refusals = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const SimulationResult result = Simulate(seed, kNoTrace);
    EXPECT_EQ(result.violation, "") << "seed " << seed;
    EXPECT_GT(result.acknowledged, 0u) << "seed " << seed;
    for (size_t i = 0; i < fates.size(); ++i) fates[i] += result.fates[i];
    kills += result.kills;
    reads += result.reads;
    refusals += result.refusals;
  }
  for (size_t i = 0; i < fates.size(); ++i) {
    const bool stops = i == static_cast<size_t>(ReferenceFold::Fate::kStop);
    EXPECT_EQ(fates[i] > 0, !stops) << "fate " << i;
  }
  EXPECT_GT(kills, 0u);
  EXPECT_GT(reads, 0u);
  EXPECT_GT(refusals, 0u);
}

TEST(SimulationTest, OwnershipMovesAndBarriersAreAnswered) {
  uint64_t moves = 0;
  uint64_t barriers = 0;
  uint64_t claims = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const SimulationResult result = Simulate(seed, kNoTrace, Ownership::kMoving);
    EXPECT_EQ(result.violation, "") << "seed " << seed;
    EXPECT_GT(result.acknowledged, 0u) << "seed " << seed;
    moves += result.moves;
    barriers += result.barriers;
    claims += result.fates[static_cast<size_t>(ReferenceFold::Fate::kClaim)];
  }
  EXPECT_GT(moves, 20u);
  EXPECT_GT(barriers, 20u);
  EXPECT_GT(claims, moves) << "some are taken without waiting";
}

// It used to be saved, and the next process never learned of the record that the store had not taken.
TEST(SimulationTest, ACheckpointIsNotSavedOverAStoreThatCouldNotWrite) {
  MemoryLogOptions options;
  for (const SimulatedContext& context : Contexts()) options.logs.push_back({context.model->log_name(), kPartitions});
  Environment environment(1, options, kNoTrace);
  Judge judge(environment);
  RequestMaker requests(environment, judge, 1);
  Process process(environment, Ownership::kAtStart, kNotes, "notes", [] {});
  ASSERT_TRUE(process.Start(/*with_empty_store=*/false).ok());
  Place place;
  for (int sent = 0; sent < 2;) {
    CommandRequest request = requests.Make(place);
    if (place.context != kNotes || request.fresh || !request.tokens.empty()) continue;
    process.engine().Execute(std::move(request), [](const absl::StatusOr<CommandAnswer>&) {});
    ++sent;
  }
  environment.weather.store_fails = 1;
  while (process.RunTask()) continue;
  ASSERT_TRUE(process.NeedsRestart()) << "nothing was recorded";
  environment.weather.store_fails = 0;
  process.ShutDown();
  while (process.RunTask()) continue;
  ASSERT_TRUE(process.Reap());
  judge.Look();
  const absl::Status checked = CheckStore(environment, judge, process);
  EXPECT_TRUE(checked.ok()) << checked;
}

}  // namespace
}  // namespace sip
