#include "libs/base/handover.h"

#include <atomic>
#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace sip {
namespace {

TEST(HandoverTest, AllComesOutInOrderAndNeverMoreThanTheLimitWaits) {
  constexpr int kValues = 10'000;
  constexpr int kLimit = 3;
  Handover<std::unique_ptr<int>> handover(kLimit);
  std::atomic<int> taken = 0;
  int most_waiting = 0;
  std::thread giver([&] {
    for (int i = 0; i < kValues; ++i) {
      ASSERT_TRUE(handover.Put(std::make_unique<int>(i)));
      most_waiting = std::max(most_waiting, i + 1 - taken);
    }
    handover.Close();
  });
  int next = 0;
  while (const auto value = handover.Take()) {
    ASSERT_EQ(**value, next++);
    ++taken;
  }
  giver.join();
  EXPECT_EQ(next, kValues);
  // One more may have been taken out and not been counted yet.
  EXPECT_LE(most_waiting, kLimit + 1);
}

TEST(HandoverTest, WhoeverTakesMayGiveUpWhileTheOtherWaitsForRoom) {
  Handover<int> handover(1);
  ASSERT_TRUE(handover.Put(1));
  std::thread giver([&] { EXPECT_FALSE(handover.Put(2)); });
  handover.Close();
  giver.join();
  EXPECT_EQ(handover.Take(), 1);
  EXPECT_EQ(handover.Take(), std::nullopt);
}

}  // namespace
}  // namespace sip
