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

FoldState FoldedUntil(absl::Time time) {
  FoldState fold;
  fold.last_recorded_at = time;
  return fold;
}

TEST(KnownUntilTest, APartitionReachesAsFarAsItsLastRecordOrTheLastEnd) {
  KnownUntil known(2);
  EXPECT_EQ(known.OfAll(), absl::InfinitePast());
  known.NoteFolded(0, FoldedUntil(kFirst));
  EXPECT_EQ(known.Of(0), kFirst);
  EXPECT_EQ(known.OfAll(), absl::InfinitePast());
  known.NoteEnd(kFirst + absl::Seconds(5));
  EXPECT_EQ(known.OfAll(), kFirst + absl::Seconds(5));
  known.NoteFolded(0, FoldedUntil(kFirst + absl::Seconds(7)));
  EXPECT_EQ(known.Of(0), kFirst + absl::Seconds(7));
  EXPECT_EQ(known.OfAll(), kFirst + absl::Seconds(5));
  // What is read again does not lead back.
  known.NoteFolded(0, FoldedUntil(kFirst));
  EXPECT_EQ(known.Of(0), kFirst + absl::Seconds(7));
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
  EXPECT_EQ(follower.known_until().OfAll(), absl::InfinitePast());
  answer = absl::OkStatus();
  while (*follower.PollOnce(absl::ZeroDuration())) {
  }
  EXPECT_GE(follower.known_until().OfAll(), before);
}

TEST(KnownUntilTest, BeforeAnythingIsKnownTheLagIsEndless) {
  EXPECT_EQ(LagSeconds(kFirst, kFirst + absl::Milliseconds(1500)), 1.5);
  EXPECT_EQ(LagSeconds(kFirst + absl::Seconds(1), kFirst), 0);
  EXPECT_GT(LagSeconds(absl::InfinitePast(), kFirst), 1e100);
}

}  // namespace
}  // namespace sip
