#include "libs/engine/standby.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/engine/memory_stream_store.h"
#include "libs/testing/manual_clock.h"
#include "libs/testing/notes_engine.h"

namespace sip {
namespace {

// A node whose standby follows what it does not own.
class FollowingNode {
 public:
  FollowingNode(MemoryLogStore& logs, ManualClock& clock)
      : clock_(clock),
        standby_(*logs.log(kNotesLog), *store_),
        notes_(logs, *store_, clock, executor_, timer_, EngineOptions{}, &standby_) {}

  bool Acquire() {
    absl::Status acquired = absl::UnknownError("no answer");
    notes_.engine().Acquire(0, [&](absl::Status status) { acquired = std::move(status); });
    executor_.RunAll();
    return acquired.ok();
  }
  void Release() {
    notes_.engine().Release(0, [] {});
    executor_.RunAll();
  }
  // True if it is durable by then.
  bool Write(int number) {
    const auto ok = std::make_shared<bool>(false);
    clock_.Advance(absl::Milliseconds(1));
    notes_.engine().Execute(WriteNoteCommand("case", absl::StrCat("note", number), "text", absl::StrCat("r", number)),
                            [ok](const absl::StatusOr<CommandAnswer>& answer) { *ok = answer.ok(); });
    executor_.RunAll();
    return *ok;
  }
  void Follow() {
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = standby_.PollOnce();
    ASSERT_TRUE(more.ok()) << more.status();
  }
  void Settle() { executor_.RunAll(); }
  uint64_t StoredUpTo() { return store_->LoadCheckpoint(0)->fold.next_idx; }
  uint64_t Replayed() { return notes_.engine().partition_status(0).replayed; }
  Standby& standby() { return standby_; }

 private:
  const std::unique_ptr<StreamStore> store_ = NewMemoryStreamStore();
  ManualClock& clock_;
  ManualExecutor executor_;
  ManualTimer timer_;
  Standby standby_;
  NotesEngine notes_;
};

class StandbyTest : public testing::Test {
 protected:
  static MemoryLogOptions LogOptions() {
    MemoryLogOptions options = NotesLogOptions();
    options.others_can_own = true;
    return options;
  }

  ManualClock clock_;
  MemoryLogStore logs_{LogOptions()};
  FollowingNode owner_{logs_, clock_};
  FollowingNode other_{logs_, clock_};
};

TEST_F(StandbyTest, WhoHasFollowedFoldsNothingWhenItTakesOver) {
  ASSERT_TRUE(owner_.Acquire());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(owner_.Write(i));
  other_.Follow();
  EXPECT_EQ(other_.StoredUpTo(), 50u);
  ASSERT_TRUE(other_.Acquire());
  EXPECT_EQ(other_.Replayed(), 0u);
  // What the standby stored is what the owner answers from.
  ASSERT_TRUE(other_.Write(7)) << "a request that was answered before";
  ASSERT_TRUE(other_.Write(50));
}

TEST_F(StandbyTest, AnOwnersStoreIsItsOwn) {
  ASSERT_TRUE(owner_.Acquire());
  ASSERT_TRUE(owner_.Write(0));
  const uint64_t saved = owner_.StoredUpTo();
  owner_.Follow();
  EXPECT_EQ(owner_.StoredUpTo(), saved) << "the standby wrote the checkpoint of a partition that is owned";
}

TEST_F(StandbyTest, WhoLostAPartitionFollowsItAgain) {
  ASSERT_TRUE(owner_.Acquire());
  ASSERT_TRUE(owner_.Write(0));
  owner_.Release();
  ASSERT_TRUE(other_.Acquire());
  for (int i = 1; i < 30; ++i) ASSERT_TRUE(other_.Write(i));
  owner_.Follow();
  EXPECT_EQ(owner_.StoredUpTo(), 30u);
  const uint64_t replayed = owner_.Replayed();
  ASSERT_TRUE(owner_.Acquire());
  EXPECT_EQ(owner_.Replayed(), replayed);
}

TEST_F(StandbyTest, WhatIsSuspendedWhileABatchIsOnItsWayIsNotWritten) {
  ASSERT_TRUE(owner_.Acquire());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(owner_.Write(i));
  other_.standby().Suspend(0);
  other_.Follow();
  EXPECT_EQ(other_.StoredUpTo(), 0u);
  other_.standby().Resume(0);
  other_.Follow();
  EXPECT_EQ(other_.StoredUpTo(), 5u);
}

TEST_F(StandbyTest, UntilAPartitionIsGivenUpItsStoreIsTheOwners) {
  MemoryLogOptions options = LogOptions();
  options.manual = true;
  MemoryLogStore logs(options);
  FollowingNode node(logs, clock_);
  ASSERT_TRUE(node.Acquire());
  node.Write(0);
  node.Release();
  // The record is in the log, and the owner has not heard of it.
  logs.Pump();
  node.Follow();
  EXPECT_EQ(node.StoredUpTo(), 0u) << "the standby wrote while the owner had something in flight";
  node.Settle();
  node.Follow();
  EXPECT_EQ(node.StoredUpTo(), 1u);
}

}  // namespace
}  // namespace sip
