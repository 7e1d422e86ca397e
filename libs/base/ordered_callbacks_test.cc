#include "libs/base/ordered_callbacks.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace sip {
namespace {

TEST(OrderedCallbacksTest, ResultsGoToThoseThatHaveWaitedLongest) {
  OrderedCallbacks<int> callbacks;
  std::vector<std::string> calls;
  for (const char* name : {"a", "b", "c"}) {
    callbacks.Add([&calls, name](int result) { calls.push_back(name + std::to_string(result)); });
  }
  callbacks.Resolve(2, 1);
  EXPECT_EQ(calls, (std::vector<std::string>{"a1", "b1"}));
  callbacks.Resolve(5, 2);
  EXPECT_EQ(calls, (std::vector<std::string>{"a1", "b1", "c2"}));
}

TEST(OrderedCallbacksTest, CloseGivesItsResultToTheRest) {
  OrderedCallbacks<int> callbacks;
  std::vector<int> results;
  callbacks.Add([&](int result) { results.push_back(result); });
  callbacks.Add([&](int result) { results.push_back(result); });
  callbacks.Resolve(1, 1);
  callbacks.Close(9);
  callbacks.Resolve(1, 2);
  EXPECT_EQ(results, (std::vector<int>{1, 9}));
}

TEST(OrderedCallbacksTest, WhatACallbackResolvesRunsBehindIt) {
  OrderedCallbacks<int> callbacks;
  std::vector<std::string> calls;
  callbacks.Add([&](int) {
    callbacks.Add([&](int) { calls.push_back("inner"); });
    callbacks.Resolve(1, 0);
    calls.push_back("outer");
  });
  callbacks.Resolve(1, 0);
  EXPECT_EQ(calls, (std::vector<std::string>{"outer", "inner"}));
}

TEST(OrderedCallbacksTest, ACallbackMayCloseAndDestroy) {
  auto callbacks = std::make_shared<OrderedCallbacks<int>>();
  int rest = 0;
  callbacks->Add([&](int) { callbacks->Close(7); });
  callbacks->Add([&](int result) { rest = result; });
  const std::shared_ptr<OrderedCallbacks<int>> keep = callbacks;
  keep->Resolve(1, 0);
  EXPECT_EQ(rest, 7);
}

TEST(OrderedCallbacksTest, CloseWaitsForTheCallbackOfAnotherThread) {
  OrderedCallbacks<int> callbacks;
  Mutex mutex;
  CondVar changed;
  bool running = false;
  bool go_on = false;
  bool finished = false;
  callbacks.Add([&](int) {
    MutexLock lock(mutex);
    running = true;
    changed.NotifyAll();
    while (!go_on) changed.Wait(mutex);
    finished = true;
  });
  std::thread resolver([&] { callbacks.Resolve(1, 0); });
  {
    MutexLock lock(mutex);
    while (!running) changed.Wait(mutex);
    go_on = true;
    changed.NotifyAll();
  }
  callbacks.Close(0);
  {
    MutexLock lock(mutex);
    EXPECT_TRUE(finished);
  }
  resolver.join();
}

}  // namespace
}  // namespace sip
