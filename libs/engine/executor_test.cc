#include "libs/engine/executor.h"

#include <gtest/gtest.h>

#include <atomic>

#include "libs/engine/timer.h"

namespace sip {
namespace {

TEST(ExecutorTest, PoolRunsEverythingBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(2);
    for (int i = 0; i < 1000; ++i) pool.Post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ExecutorTest, ManualExecutorRunsInOrderAndAlsoWhatTasksPost) {
  ManualExecutor executor;
  std::string order;
  executor.Post([&] {
    order += "a";
    executor.Post([&] { order += "c"; });
  });
  executor.Post([&] { order += "b"; });
  EXPECT_EQ(order, "");
  EXPECT_EQ(executor.RunAll(), 3);
  EXPECT_EQ(order, "abc");
  EXPECT_FALSE(executor.RunOne());
}

TEST(TimerTest, ManualTimerFiresWhatIsDueInOrder) {
  ManualTimer timer;
  std::string order;
  const absl::Time start = absl::UnixEpoch();
  timer.At(start + absl::Seconds(2), [&] { order += "2"; });
  timer.At(start + absl::Seconds(1), [&] { order += "1"; });
  timer.At(start + absl::Seconds(3), [&] { order += "3"; });
  timer.Fire(start);
  EXPECT_EQ(order, "");
  timer.Fire(start + absl::Seconds(2));
  EXPECT_EQ(order, "12");
}

TEST(TimerTest, ThreadTimerCallsBackWhatIsAlreadyDue) {
  ThreadTimer timer(SystemClock());
  Mutex mutex;
  CondVar wake;
  bool fired = false;
  timer.At(absl::InfinitePast(), [&] {
    MutexLock lock(mutex);
    fired = true;
    wake.NotifyAll();
  });
  mutex.Lock();
  while (!fired) wake.Wait(mutex);
  mutex.Unlock();
  EXPECT_TRUE(fired);
}

}  // namespace
}  // namespace sip
