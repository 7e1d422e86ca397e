#include "libs/engine/ownership_keeper.h"

#include <gtest/gtest.h>

#include "libs/engine/memory_stream_store.h"
#include "libs/testing/manual_clock.h"
#include "libs/testing/notes_engine.h"

namespace sip {
namespace {

constexpr uint32_t kPartitions = 4;

// A node: an engine and its keeper.
class Node {
 public:
  Node(MemoryLogStore& logs, ManualClock& clock, uint64_t seed) : clock_(clock), notes_(logs, *store_, clock, executor_, timer_) {
    OwnershipKeeper::Options options;
    options.jitter_seed = seed;
    keeper_ = OwnershipKeeper::Make(notes_.engine(), clock, timer_, options);
  }

  OwnershipKeeper& keeper() { return *keeper_; }
  void Settle() { executor_.RunAll(); }
  // Lets time pass for this node.
  void Tick() {
    timer_.Fire(clock_.Now());
    Settle();
  }
  std::set<uint32_t> Served() {
    std::set<uint32_t> served;
    for (uint32_t p = 0; p < kPartitions; ++p) {
      if (notes_.engine().partition_status(p).phase == PartitionStatus::Phase::kServing) served.insert(p);
    }
    return served;
  }
  // Somebody asks, and so it is found out whether the partition is still this node's.
  void Touch(uint32_t partition) {
    notes_.engine().Barrier(partition, [](const absl::StatusOr<Watermark>&) {});
    Settle();
  }
  uint64_t TakeOvers(uint32_t partition) { return notes_.engine().partition_status(partition).take_overs; }

 private:
  const std::unique_ptr<StreamStore> store_ = NewMemoryStreamStore();
  ManualClock& clock_;
  ManualExecutor executor_;
  ManualTimer timer_;
  NotesEngine notes_;
  std::shared_ptr<OwnershipKeeper> keeper_;
};

class OwnershipKeeperTest : public testing::Test {
 protected:
  static MemoryLogOptions LogOptions() {
    MemoryLogOptions options = NotesLogOptions(kPartitions);
    options.others_can_own = true;
    return options;
  }
  void Pass(absl::Duration time) {
    for (absl::Duration passed; passed < time; passed += absl::Milliseconds(50)) {
      clock_.Advance(absl::Milliseconds(50));
      a_.Tick();
      b_.Tick();
    }
  }

  ManualClock clock_;
  MemoryLogStore logs_{LogOptions()};
  Node a_{logs_, clock_, 1};
  Node b_{logs_, clock_, 2};
};

TEST_F(OwnershipKeeperTest, WhatIsWantedIsServedAndNothingElse) {
  a_.keeper().Want({0, 2});
  a_.Settle();
  EXPECT_EQ(a_.Served(), (std::set<uint32_t>{0, 2}));
  a_.keeper().Want({2, 3});
  a_.Settle();
  Pass(absl::Seconds(1));
  EXPECT_EQ(a_.Served(), (std::set<uint32_t>{2, 3}));
  EXPECT_EQ(a_.TakeOvers(2), 1u) << "what stays wanted is left alone";
}

TEST_F(OwnershipKeeperTest, APartitionMovesWhenOneNodeHasGivenItUp) {
  a_.keeper().Want({0, 1, 2, 3});
  a_.Settle();
  bool given_up = false;
  a_.keeper().WantOnly({0, 1}, [&] { given_up = true; });
  EXPECT_FALSE(given_up);
  a_.Settle();
  ASSERT_TRUE(given_up);
  b_.keeper().Want({2, 3});
  b_.Settle();
  Pass(absl::Seconds(10));
  EXPECT_EQ(a_.Served(), (std::set<uint32_t>{0, 1}));
  EXPECT_EQ(b_.Served(), (std::set<uint32_t>{2, 3}));
  EXPECT_EQ(b_.TakeOvers(2), 1u);
}

TEST_F(OwnershipKeeperTest, WhatCannotBeClaimedIsTriedAgain) {
  logs_.set_faults({.lose_race = 1});
  a_.keeper().Want({1});
  a_.Settle();
  EXPECT_TRUE(a_.Served().empty());
  EXPECT_FALSE(a_.keeper().StatusOf(1).ok());
  logs_.set_faults({});
  Pass(absl::Seconds(2));
  EXPECT_EQ(a_.Served(), std::set<uint32_t>{1});
  EXPECT_TRUE(a_.keeper().StatusOf(1).ok());
}

TEST_F(OwnershipKeeperTest, TwoNodesThatWantTheSameFenceEachOtherMoreAndMoreSeldom) {
  a_.keeper().Want({0});
  a_.Settle();
  b_.keeper().Want({0});
  b_.Settle();
  for (int i = 0; i < 1200; ++i) {
    Pass(absl::Milliseconds(100));
    a_.Touch(0);
    b_.Touch(0);
  }
  const uint64_t claims = a_.TakeOvers(0) + b_.TakeOvers(0);
  EXPECT_GT(claims, 10u) << "neither gives way";
  EXPECT_LE(claims, 60u) << "in two minutes";
  // Once they agree there is peace.
  a_.keeper().Want({});
  a_.Settle();
  Pass(absl::Seconds(10));
  EXPECT_EQ(b_.Served(), std::set<uint32_t>{0});
}

TEST_F(OwnershipKeeperTest, AStoppedKeeperClaimsNothing) {
  a_.keeper().Stop();
  a_.keeper().Want({0});
  Pass(absl::Seconds(5));
  EXPECT_TRUE(a_.Served().empty());
}

}  // namespace
}  // namespace sip
