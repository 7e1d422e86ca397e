#include "libs/views/projection_runner.h"

#include <map>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/pause.h"
#include "libs/engine/timer.h"
#include "libs/log_memory/memory_log.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_log.h"
#include "libs/testing/projection_spec.h"
#include "libs/views/memory_view.h"

namespace sip {
namespace {

using ::testing::UnorderedElementsAre;

// Two logs of two partitions, a view of both, and their writers.
class World {
 public:
  World() {
    for (const char* name : {"sip.notes", "sip.others"}) {
      logs_.push_back(store_.log(name));
      for (uint32_t partition = 0; partition < 2; ++partition) writers_.emplace_back(*store_.log(name), partition);
    }
    Open();
  }

  FoldInput input() { return {projection_, logs_, NotesCodec()}; }
  NotesWriter& writer(size_t log, uint32_t partition) { return writers_[log * 2 + partition]; }
  EventLog& log(size_t index) { return *logs_[index]; }
  ViewProgress& progress() { return *progress_; }
  ViewStore& view() { return *view_; }
  ProjectionRunner& runner() { return *runner_; }
  void SetReadersFail(bool fail) { store_.set_faults({.lose_reader = fail ? 1.0 : 0.0}); }

  // As after the start of the process.
  void Open() {
    runner_ = nullptr;
    progress_ = nullptr;
    view_ = nullptr;
    view_ = *ViewStore::Open({.path = "/view", .memory = memory_});
    progress_ = std::make_unique<ViewProgress>(std::vector<LogIdentity>{logs_[0]->identity(), logs_[1]->identity()}, timer_,
                                               SystemClock(), ViewProgress::Options{});
    runner_ = std::make_unique<ProjectionRunner>(input(), *view_, *progress_, ProjectionRunner::Options{.max_records = 3});
    EXPECT_THAT(runner_->Open(), IsOk());
  }
  void ReadAll() {
    for (bool something = true; something;) {
      const auto polled = runner_->PollOnce();
      ASSERT_THAT(polled, IsOk());
      something = *polled;
    }
  }
  MemoryView::Rows Rows() {
    MemoryView::Rows rows;
    EXPECT_THAT(view_->Snapshot()->Scan({},
                                        [&](absl::string_view key, absl::string_view value) {
                                          rows[key] = std::string(value);
                                          return true;
                                        }),
                IsOk());
    return rows;
  }

 private:
  MemoryLogStore store_{{.logs = {{"sip.notes", 2}, {"sip.others", 2}}}};
  const NotesProjection projection_{{"sip.notes", "sip.others"}};
  std::vector<EventLog*> logs_;
  std::vector<NotesWriter> writers_;
  const std::shared_ptr<void> memory_ = NewRocksMemory();
  ManualTimer timer_;
  std::unique_ptr<ViewStore> view_;
  std::unique_ptr<ViewProgress> progress_;
  std::unique_ptr<ProjectionRunner> runner_;
};

void WriteUnknownKind(NotesWriter& writer) {
  const auto payload = ParseText<log::v1::Payload>(R"pb(parts { role: PART_ROLE_SKELETON kind: "sip.sample.v1.NoteFramed" })pb");
  writer.WritePayload(payload.SerializeAsString(), StreamId{"note", Uuid()});
}

TEST(ProjectionRunnerTest, KeepsTheRowsUpToDate) {
  World world;
  world.writer(0, 0).Write("karl", "Ring Karl");
  world.writer(0, 1).Write("anna", "Ring Anna");
  world.writer(1, 0).Write("karl", "Annat");
  world.ReadAll();
  world.writer(0, 0).Erase("karl");
  world.ReadAll();
  EXPECT_THAT(world.Rows(),
              UnorderedElementsAre(std::pair(NoteRowKey("sip.notes", "anna"), "Ring Anna"), std::pair("sip.notes/count", "1"),
                                   std::pair(NoteRowKey("sip.others", "karl"), "Annat"), std::pair("sip.others/count", "1")));
}

TEST(ProjectionRunnerTest, GoesOnWhereItWasAfterARestart) {
  World world;
  world.writer(0, 0).Write("karl", "1");
  world.ReadAll();
  const std::vector<ViewPosition> before = world.progress().Positions();
  world.writer(0, 0).Write("karl", "2");
  world.Open();
  const std::vector<ViewPosition> after = world.progress().Positions();
  EXPECT_EQ(after[0].next_idx, 1u);
  EXPECT_EQ(after[0].leaf_prefix, before[0].leaf_prefix);
  world.ReadAll();
  EXPECT_EQ(world.progress().Positions()[0].next_idx, 2u);
  EXPECT_EQ(world.Rows()[NoteRowKey("sip.notes", "karl")], "2");
}

TEST(ProjectionRunnerTest, AWriteIsReadByWhoWaitsForItsToken) {
  World world;
  world.runner().Start();
  std::vector<ConsistencyToken> tokens;
  tokens.reserve(50);
  for (uint32_t i = 0; i < 50; ++i) tokens.push_back(world.writer(i % 2, i / 2 % 2).Write(absl::StrCat("note-", i), "text"));
  Mutex mutex;
  CondVar called;
  std::optional<absl::Status> result;
  world.progress().WaitFor(tokens, absl::InfiniteFuture(), [&](const absl::Status& status) {
    MutexLock lock(mutex);
    result = status;
    called.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!result.has_value()) called.Wait(mutex);
  }
  EXPECT_THAT(*result, IsOk());
  EXPECT_EQ(world.Rows().size(), 52u);
  world.runner().Stop();
}

TEST(ProjectionRunnerTest, TellsUntilWhenItKnowsEachLogAlsoAfterARestart) {
  World world;
  // log_records.h: the first record is of this second.
  const absl::Time first = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(world.runner().KnownUntilOfLogs()["sip.notes"], absl::InfinitePast());
  for (uint32_t partition = 0; partition < 2; ++partition) world.writer(0, partition).Write("karl", "1");
  const absl::Time before = SystemClock().Now();
  world.ReadAll();
  EXPECT_GE(world.runner().KnownUntilOfLogs()["sip.notes"], before);
  EXPECT_GE(world.runner().KnownUntilOfLogs()["sip.others"], before);
  world.Open();
  EXPECT_EQ(world.runner().KnownUntilOfLogs()["sip.notes"], first);
  EXPECT_EQ(world.runner().KnownUntilOfLogs()["sip.others"], absl::InfinitePast());
}

TEST(ProjectionRunnerTest, AnUnknownKindStopsThisViewAndSaysWhy) {
  World world;
  world.writer(0, 0).Write("karl", "1");
  world.ReadAll();
  WriteUnknownKind(world.writer(0, 0));
  EXPECT_THAT(world.runner().PollOnce(), StatusIs(absl::StatusCode::kUnimplemented, "sip.sample.v1.NoteFramed"));
  EXPECT_THAT(world.progress().status(), StatusIs(absl::StatusCode::kUnimplemented, "sip.sample.v1.NoteFramed"));
  EXPECT_EQ(world.Rows()[NoteRowKey("sip.notes", "karl")], "1");
}

TEST(ProjectionRunnerTest, ALogThatIsAwayIsReadAgainFromTheCheckpointsAndTheViewSaysSoMeanwhile) {
  World world;
  world.writer(0, 0).Write("karl", "1");
  world.ReadAll();
  world.SetReadersFail(true);
  world.writer(0, 0).Write("anna", "2");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(world.runner().PollOnce(), StatusIs(absl::StatusCode::kUnavailable, "sip.notes"));
  EXPECT_THAT(world.progress().status(), StatusIs(absl::StatusCode::kUnavailable, "sip.notes"));
  EXPECT_FALSE(world.progress().stopped());
  world.SetReadersFail(false);
  world.ReadAll();
  EXPECT_THAT(world.progress().status(), IsOk());
  EXPECT_EQ(world.Rows()["sip.notes/count"], "2");
}

TEST(ProjectionRunnerTest, TheThreadsTryAgainByThemselves) {
  World world;
  world.SetReadersFail(true);
  world.runner().CatchUp();
  world.runner().Start();
  const ConsistencyToken token = world.writer(1, 0).Write("karl", "text");
  EXPECT_FALSE(world.progress().stopped());
  world.SetReadersFail(false);
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(30);
  Pause pause;
  // The first partition of the second log.
  while (world.progress().Positions()[2].next_idx <= token.idx) {
    ASSERT_LT(SystemClock().Now(), deadline);
    pause.Take(absl::Milliseconds(1));
  }
  world.runner().Stop();
  EXPECT_EQ(world.Rows()["sip.others/count"], "1");
}

// Without its end the pause would last for most of a second by then.
TEST(ProjectionRunnerTest, StopEndsThePauseBeforeTheNextAttempt) {
  World world;
  world.SetReadersFail(true);
  world.runner().Start();
  // Attempts come after 50, 150, 350, 750 and 1550 ms.
  Pause pause;
  pause.Take(absl::Milliseconds(800));
  const absl::Time begun = SystemClock().Now();
  world.runner().Stop();
  EXPECT_LT(SystemClock().Now() - begun, absl::Milliseconds(500));
}

TEST(ProjectionRunnerTest, StopsThreadsThatWait) {
  World world;
  world.runner().Start();
  world.runner().Stop();
  EXPECT_THAT(world.progress().status(), IsOk());
}

// Fills the logs at random; reads some of it after each write.
void Play(World& world, uint64_t seed, int steps, bool read) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < steps; ++i) {
    const uint32_t partition = static_cast<uint32_t>(random() % 2);
    const std::string name = absl::StrCat("note-", partition, "-", random() % 5);
    NotesWriter& writer = world.writer(random() % 2, partition);
    random() % 4 == 0 ? writer.Erase(name) : writer.Write(name, absl::StrCat("text ", i));
    if (read && random() % 3 == 0) {
      ASSERT_THAT(world.runner().PollOnce(), IsOk());
    }
    if (read && random() % 10 == 0) world.Open();
  }
}

class ViewProperty : public ::testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ViewProperty, ::testing::Range<uint64_t>(0, 8));

TEST_P(ViewProperty, TheLiveViewAtAnyPositionsIsTheFoldUpToThere) {
  World world;
  Play(world, GetParam(), 30, true);
  MemoryView as_of;
  ASSERT_THAT(FoldLogs(world.input(), UpTo(world.progress().Positions()), as_of), IsOk());
  EXPECT_EQ(as_of.rows(), world.Rows());
}

TEST_P(ViewProperty, ARebuildIsByteIdenticalAndGoesOn) {
  World world;
  Play(world, GetParam(), 30, true);
  world.ReadAll();
  const auto memory = NewRocksMemory();
  ASSERT_THAT(RebuildView(world.input(), {.path = "/rebuilt", .memory = memory}), IsOk());
  const auto rebuilt = *ViewStore::Open({.path = "/rebuilt", .create_if_missing = false, .memory = memory});
  EXPECT_EQ(*FirstDifference(*world.view().Snapshot(), *rebuilt->Snapshot()), std::nullopt);
  // The rebuilt view reads on from its checkpoints.
  Play(world, GetParam() + 100, 10, false);
  world.ReadAll();
  ManualTimer timer;
  ViewProgress progress({world.log(0).identity(), world.log(1).identity()}, timer, SystemClock(), {});
  ProjectionRunner runner(world.input(), *rebuilt, progress, {});
  ASSERT_THAT(runner.Open(), IsOk());
  while (*runner.PollOnce()) {
  }
  EXPECT_EQ(*FirstDifference(*world.view().Snapshot(), *rebuilt->Snapshot()), std::nullopt);
}

TEST(FoldLogsTest, FoldsWhatWasRecordedUntilATime) {
  World world;
  world.writer(0, 0).Write("karl", "1");
  world.writer(0, 0).Write("karl", "2");
  // log_records.h: the first record is of this second, each next one a second later.
  const absl::Time first = absl::FromUnixSeconds(1'700'000'000);
  for (const auto& [time, text] : std::map<absl::Time, std::string>{{first, "1"}, {first + absl::Seconds(1), "2"}}) {
    MemoryView view;
    ASSERT_THAT(FoldLogs(world.input(), RecordedUntil(time), view), IsOk());
    EXPECT_EQ(view.Get(NoteRowKey("sip.notes", "karl")), text);
  }
  MemoryView empty;
  ASSERT_THAT(FoldLogs(world.input(), RecordedUntil(first - absl::Seconds(1)), empty), IsOk());
  EXPECT_TRUE(empty.rows().empty());
}

TEST(FoldLogsTest, ManyBatchesAreAppliedInOrder) {
  World world;
  for (int i = 0; i < 2000; ++i) world.writer(0, 0).Write("karl", absl::StrCat(i));
  MemoryView view;
  ASSERT_THAT(FoldLogs(world.input(), nullptr, view), IsOk());
  EXPECT_EQ(view.Get(NoteRowKey("sip.notes", "karl")), "1999");
  MemoryView earlier;
  ASSERT_THAT(FoldLogs(world.input(), RecordedUntil(absl::FromUnixSeconds(1'700'000'000 + 300)), earlier), IsOk());
  EXPECT_EQ(earlier.Get(NoteRowKey("sip.notes", "karl")), "300");
}

TEST(FoldLogsTest, AnUnknownKindEndsTheFoldUnlessItCameLater) {
  World world;
  world.writer(0, 0).Write("karl", "1");
  WriteUnknownKind(world.writer(0, 0));
  for (int i = 0; i < 2000; ++i) world.writer(0, 0).Write("karl", "2");
  MemoryView view;
  EXPECT_THAT(FoldLogs(world.input(), nullptr, view), StatusIs(absl::StatusCode::kUnimplemented, "sip.sample.v1.NoteFramed"));
  MemoryView earlier;
  EXPECT_THAT(FoldLogs(world.input(), RecordedUntil(absl::FromUnixSeconds(1'700'000'000)), earlier), IsOk());
  EXPECT_EQ(earlier.Get(NoteRowKey("sip.notes", "karl")), "1");
}

TEST(FirstDifferenceTest, NamesTheFirstRowThatDiffers) {
  const auto open = [](const std::map<std::string, std::string>& rows) {
    auto store = *ViewStore::Open({.path = "/view", .memory = NewRocksMemory()});
    const auto transaction = store->Begin();
    for (const auto& [key, value] : rows) transaction->Put(key, value);
    EXPECT_THAT(store->Commit(*transaction, {}), IsOk());
    return store;
  };
  const auto difference = [&](const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
    return FirstDifference(*open(a)->Snapshot(), *open(b)->Snapshot()).value_or("error").value_or("none");
  };
  EXPECT_EQ(difference({{"a", "1"}}, {{"a", "1"}}), "none");
  EXPECT_EQ(difference({{"a", "1"}, {"b", "1"}}, {{"a", "1"}, {"b", "2"}}), "b");
  EXPECT_EQ(difference({{"a", "1"}, {"c", "1"}}, {{"a", "1"}, {"b", "1"}}), "b");
  EXPECT_EQ(difference({{"a", "1"}}, {{"a", "1"}, {"b", "1"}}), "b");
  EXPECT_EQ(difference({{"a", "1"}, {"b", "1"}}, {{"a", "1"}}), "b");
}

TEST(ProjectionSpecTest, ChecksTheNotesProjection) {
  RecordedHistory notes("sip.notes");
  sample::v1::NoteEvent written;
  written.mutable_note_written()->set_text("Ring Karl");
  notes.Record(StreamId{"note", Uuid()}, written);
  RecordedHistory others("sip.others");
  others.Record(StreamId{"note", Uuid()}, written);
  EXPECT_EQ(CheckedRows(NotesProjection({"sip.notes", "sip.others"}), {&notes, &others}).size(), 4u);
}

}  // namespace
}  // namespace sip
