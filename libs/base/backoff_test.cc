#include "libs/base/backoff.h"

#include "gtest/gtest.h"

namespace sip {
namespace {

TEST(BackoffTest, DoublesUpToItsLimitAndBeginsAgainAfterASuccess) {
  Backoff backoff;
  for (const int milliseconds : {50, 100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    EXPECT_EQ(backoff.Next(), absl::Milliseconds(milliseconds));
  }
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(50));
}

}  // namespace
}  // namespace sip
