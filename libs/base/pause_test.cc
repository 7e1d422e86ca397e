#include "libs/base/pause.h"

#include <thread>

#include "gtest/gtest.h"

namespace sip {
namespace {

TEST(PauseTest, EndsByItself) {
  Pause pause;
  pause.Take(absl::ZeroDuration());
  pause.Take(absl::Milliseconds(1));
}

// Without the cut this test would not end before its timeout.
TEST(PauseTest, ACutEndsThePauseUnderWay) {
  Pause pause;
  std::thread cutter([&] { pause.Cut(); });
  pause.Take(absl::Hours(1));
  cutter.join();
}

TEST(PauseTest, ACutBeforehandCountsForOnePause) {
  Pause pause;
  pause.Cut();
  pause.Take(absl::Hours(1));
  const absl::Time begun = SystemClock().Now();
  pause.Take(absl::Milliseconds(5));
  EXPECT_GE(SystemClock().Now() - begun, absl::Milliseconds(5));
}

TEST(PauseTest, AfterTheEndNoPauseTakesTime) {
  Pause pause;
  pause.End();
  pause.Take(absl::Hours(1));
  pause.Take(absl::Hours(1));
}

}  // namespace
}  // namespace sip
