// Every single operation that the embedded log asks of the disk fails once, or from then on, as a broken disk, a full one, or one
// that does not sync: while the log is opened, new or not, partitions are taken over, commands appended, and it is closed. What was
// reported durable is there when the disk is well again, also if power is lost as well.
//
//   SIP_EARLIER_LIVES   on an old disk; default 1, from 4 on RocksDB compacts too. With more than 1, power is lost behind every
//   step
//                       as well as not; else behind every other step
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/rocks/fault_injection.h"
#include "tests/fault/environment_number.h"
#include "tests/fault/log_life.h"

namespace sip {
namespace {

using Fault = RocksFaults::Fault;

constexpr uint64_t kSeed = 7;
constexpr uint64_t kMostSteps = 5000;

struct Case {
  Fault fault;
  bool lasts;
  bool on_empty_disk;
};

class DiskFailureTest : public testing::TestWithParam<Case> {
 protected:
  LogLifeOptions Options(const RocksFaults& faults) const {
    LogLifeOptions options;
    options.log = FaultTestOptions("");
    options.log.memory = faults.files();
    options.rounds = 3;
    return options;
  }

  // What the disk holds when the life that is disturbed begins.
  void MakeDisk() {
    if (GetParam().on_empty_disk) return;
    RocksFaults faults;
    std::mt19937_64 random(kSeed);
    for (uint64_t i = 0; i < lives_; ++i) ASSERT_EQ(LiveLog(Options(faults), random, promised_), absl::OkStatus());
    disk_ = faults.image();
  }

  // Whether the operation came to pass.
  bool FailAt(uint64_t step, bool lose_power) const {
    RocksFaults faults;
    faults.SetImage(disk_);
    LogHistory promised = promised_;
    std::mt19937_64 random(kSeed);
    faults.Fail(RocksFaults::Failure{GetParam().fault, step, GetParam().lasts});
    const absl::Status lived = LiveLog(Options(faults), random, promised);
    const bool failed = faults.Failed();
    EXPECT_NE(lived.code(), kPromiseBroken) << lived;
    EXPECT_TRUE(failed || lived.ok()) << lived;
    faults.Fail(std::nullopt);
    if (lose_power) faults.LosePower(step);
    EXPECT_EQ(LiveLog(Options(faults), random, promised), absl::OkStatus());
    return failed;
  }

  const uint64_t lives_ = NumberFromEnvironment("SIP_EARLIER_LIVES", 1);
  RocksFaults::Image disk_;
  LogHistory promised_;
};

TEST_P(DiskFailureTest, NoStepMakesItSayWhatIsNotSo) {
  ASSERT_NO_FATAL_FAILURE(MakeDisk());
  uint64_t step = 0;
  for (bool failed = true; failed && !HasFailure(); ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    ASSERT_LT(step, kMostSteps);
    failed = FailAt(step, /*lose_power=*/step % 2 == 0);
    if (lives_ > 1) FailAt(step, /*lose_power=*/step % 2 == 1);
  }
  RecordProperty("steps", static_cast<int>(step - 1));
  EXPECT_GT(step, 5u);
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  const Fault fault = info.param.fault;
  return absl::StrCat(fault == Fault::kIoError   ? "IoError"
                      : fault == Fault::kNoSpace ? "NoSpace"
                                                 : "FailedSync",
                      info.param.lasts ? "ForEver" : "Once", info.param.on_empty_disk ? "OnAnEmptyDisk" : "OnAnOldDisk");
}

INSTANTIATE_TEST_SUITE_P(All, DiskFailureTest,
                         testing::Values(Case{Fault::kIoError, false, true}, Case{Fault::kIoError, true, true},
                                         Case{Fault::kNoSpace, false, true}, Case{Fault::kNoSpace, true, true},
                                         Case{Fault::kFailedSync, false, true}, Case{Fault::kFailedSync, true, true},
                                         Case{Fault::kIoError, false, false}, Case{Fault::kIoError, true, false},
                                         Case{Fault::kNoSpace, false, false}, Case{Fault::kNoSpace, true, false},
                                         Case{Fault::kFailedSync, false, false}, Case{Fault::kFailedSync, true, false}),
                         NameOf);

}  // namespace
}  // namespace sip
