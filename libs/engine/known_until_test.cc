#include "libs/engine/known_until.h"

#include <gtest/gtest.h>

#include <vector>

#include "libs/base/clock.h"
#include "libs/engine/log_follower.h"
#include "libs/log_memory/memory_log.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_log.h"

namespace sip {
namespace {

// log_records.h: the first record of a partition is of this second, each next one a second later.
const absl::Time kFirst = absl::FromUnixSeconds(1'700'000'000);

TailBatch::Progress MovedTo(uint32_t partition, absl::Time time) {
  TailBatch::Progress progress{partition, {}};
  progress.checkpoint.fold.last_recorded_at = time;
  return progress;
}

std::vector<TailBatch::Ended> ReachOfRecord(uint32_t partition, absl::Time time) {
  TailBatch batch;
  batch.progress.push_back(MovedTo(partition, time));
  return ReachOf(batch);
}

TEST(KnownUntilTest, APartitionReachesAsFarAsItsLastRecordOrItsLastEnd) {
  KnownUntil known(2);
  EXPECT_EQ(known.OfAllRead(), absl::InfiniteFuture()) << "none is read";
  known.Begin({{0, {}}, {1, {}}});
  EXPECT_EQ(known.OfAllRead(), absl::InfinitePast());
  known.Note(ReachOfRecord(0, kFirst));
  EXPECT_EQ(known.Of(0), kFirst);
  EXPECT_EQ(known.OfAllRead(), absl::InfinitePast());
  TailBatch at_end;
  at_end.ended = {{0, kFirst + absl::Seconds(5)}, {1, kFirst + absl::Seconds(4)}};
  known.Note(ReachOf(at_end));
  EXPECT_EQ(known.OfAllRead(), kFirst + absl::Seconds(4));
  known.Note(ReachOfRecord(1, kFirst + absl::Seconds(7)));
  EXPECT_EQ(known.OfAllRead(), kFirst + absl::Seconds(5));
  // What is read again does not lead back.
  known.Note(ReachOfRecord(1, kFirst));
  EXPECT_EQ(known.Of(1), kFirst + absl::Seconds(7));
}

TEST(KnownUntilTest, APartitionThatIsNoLongerReadStaysWhereItWas) {
  KnownUntil known(2);
  known.Begin({{0, MovedTo(0, kFirst).checkpoint}, {1, MovedTo(1, kFirst + absl::Seconds(1)).checkpoint}});
  EXPECT_EQ(known.OfAllRead(), kFirst);
  known.Begin({{1, {}}});
  EXPECT_EQ(known.Of(0), kFirst);
  EXPECT_EQ(known.OfAllRead(), kFirst + absl::Seconds(1));
}

TEST(KnownUntilTest, AFollowerKnowsWhatWasTakenAndNoMore) {
  MemoryLogStore store{{.logs = {{"sip.notes", 1}}}};
  NotesWriter writer{*store.log("sip.notes"), 0};
  absl::Status answer = absl::UnavailableError("later");
  LogFollower follower(*store.log("sip.notes"), {.start = [] { return std::vector<TailStart>{TailStart{}}; },
                                                 .batch = [&](const TailBatch&) { return answer; },
                                                 .failed = [](const absl::Status&) {}});
  writer.Write("karl", "1");
  const absl::Time before = SystemClock().Now();
  EXPECT_FALSE(follower.PollOnce(absl::ZeroDuration()).ok());
  EXPECT_EQ(follower.known_until().Of(0), absl::InfinitePast());
  answer = absl::OkStatus();
  while (*follower.PollOnce(absl::ZeroDuration())) {
  }
  EXPECT_GE(follower.known_until().Of(0), before);
}

TEST(KnownUntilTest, BeforeAnythingIsKnownTheLagIsEndless) {
  EXPECT_EQ(LagSeconds(kFirst, kFirst + absl::Milliseconds(1500)), 1.5);
  EXPECT_EQ(LagSeconds(kFirst + absl::Seconds(1), kFirst), 0);
  EXPECT_GT(LagSeconds(absl::InfinitePast(), kFirst), 1e100);
}

}  // namespace
}  // namespace sip
