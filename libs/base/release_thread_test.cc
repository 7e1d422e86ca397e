#include "libs/base/release_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace sip {
namespace {

// Tells on which thread it is freed.
class Held {
 public:
  explicit Held(std::function<void()> freed) : freed_(std::move(freed)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { freed_(); }

 private:
  const std::function<void()> freed_;
};

TEST(ReleaseThreadTest, FreesEverythingOnceAndOnAnotherThread) {
  constexpr int kCount = 1000;
  std::atomic<int> freed = 0;
  {
    ReleaseThread release(kCount);
    for (int i = 0; i < kCount; ++i) {
      release.Take(std::make_shared<Held>([&, caller = std::this_thread::get_id()] {
        EXPECT_NE(std::this_thread::get_id(), caller);
        ++freed;
      }));
    }
  }
  EXPECT_EQ(freed, kCount);
}

TEST(ReleaseThreadTest, TheCallerFreesItselfWhenTooManyWait) {
  ReleaseThread release(0);
  bool freed = false;
  release.Take(std::make_shared<Held>([&] { freed = true; }));
  EXPECT_TRUE(freed);
}

TEST(ReleaseThreadTest, WhatSomebodyElseHoldsStays) {
  bool freed = false;
  const auto held = std::make_shared<Held>([&] { freed = true; });
  { ReleaseThread(4).Take(held); }
  EXPECT_FALSE(freed);
}

}  // namespace
}  // namespace sip
