// Power is lost at a random step of a process that writes the embedded log: while it opens it, takes over, appends, writes anchors,
// closes it, or not at all; again and again on one disk. What it reported durable is there, and the next process opens the log
// without help.
//
//   SIP_POWER_LOSSES   how many disks; default 40
//   SIP_SEED           of the first; printed when one fails
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/rocks/fault_injection.h"
#include "tests/fault/environment_number.h"
#include "tests/fault/log_life.h"

namespace sip {
namespace {

constexpr size_t kLives = 8;
// About as many operations as a life has.
constexpr uint64_t kSteps = 250;

class Disk {
 public:
  explicit Disk(uint64_t seed) : random_(seed) {
    options_.log = FaultTestOptions("");
    options_.log.memory = faults_.files();
  }

  // A life that loses power, unless it ends before. Only its opening, undisturbed, must succeed.
  void Live(LogHistory& promised) {
    options_.rounds = 1 + random_() % 8;
    options_.closes = random_() % 2 == 0;
    const bool early = random_() % 3 == 0;
    faults_.Fail(RocksFaults::Failure{RocksFaults::Fault::kIoError, random_() % (early ? kSteps / 4 : kSteps), true});
    const absl::Status lived = LiveLog(options_, random_, promised);
    if (lived.ok() && !faults_.Failed()) ++undisturbed_;
    EXPECT_TRUE(lived.ok() || faults_.Failed()) << lived;
    EXPECT_NE(lived.code(), kPromiseBroken) << lived;
    faults_.LosePower(random_());
    faults_.Fail(std::nullopt);
  }

  void LiveUndisturbed(LogHistory& promised) {
    options_.rounds = 1;
    options_.closes = true;
    EXPECT_EQ(LiveLog(options_, random_, promised), absl::OkStatus());
  }

  size_t undisturbed() const { return undisturbed_; }

 private:
  RocksFaults faults_;
  LogLifeOptions options_;
  std::mt19937_64 random_;
  size_t undisturbed_ = 0;
};

TEST(PowerLossTest, WhatWasReportedDurableIsThereAndTheLogOpensWithoutHelp) {
  const uint64_t first = NumberFromEnvironment("SIP_SEED", 1);
  const uint64_t disks = NumberFromEnvironment("SIP_POWER_LOSSES", 40);
  size_t undisturbed = 0;
  size_t records = 0;
  for (uint64_t seed = first; seed < first + disks && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("SIP_SEED=", seed));
    Disk disk(seed);
    LogHistory promised;
    for (size_t life = 0; life < kLives && !testing::Test::HasFailure(); ++life) {
      disk.Live(promised);
      disk.LiveUndisturbed(promised);
    }
    undisturbed += disk.undisturbed();
    for (const auto& [partition, payloads] : promised) records += payloads.size();
  }
  const uint64_t lives = disks * kLives;
  std::printf("%d losses of power on %d disks from seed %d, %d of them after the log was closed; %d records kept\n",
              static_cast<int>(lives), static_cast<int>(disks), static_cast<int>(first), static_cast<int>(undisturbed),
              static_cast<int>(records));
  EXPECT_LT(undisturbed, lives / 2) << "most losses must come in the middle of something";
}

}  // namespace
}  // namespace sip
