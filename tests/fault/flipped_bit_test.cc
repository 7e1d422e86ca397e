// One bit of one byte of what lies on the disk is flipped, of one byte after the other: the log then delivers exactly what it was
// acknowledged to hold, or says that it is damaged or has lost records; it never delivers anything else. After a crash, when the
// stored state and the anchors are of earlier, damage in the chunk that was written last looks like a torn write, and that chunk is
// gone without a word (docs/log-format.md): the only exception.
//
//   SIP_FLIPPED_BITS   how many bits of each byte; default 1
//   SIP_EVERY_BYTE     of how many bytes one; default 50
//   SIP_SEED           of the choice
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/rocks/fault_injection.h"
#include "tests/fault/environment_number.h"
#include "tests/fault/log_life.h"

namespace sip {
namespace {

constexpr int kBits = 8;

class FlippedBitTest : public testing::Test {
 protected:
  FlippedBitTest() : seed_(NumberFromEnvironment("SIP_SEED", 1)), random_(seed_) {
    options_.log = FaultTestOptions("");
    options_.log.memory = faults_.files();
    options_.rounds = 4;
  }

  // Two lives, so that there are tables and a write-ahead log.
  void MakeDisk(bool crashes) {
    ASSERT_EQ(LiveLog(options_, random_, promised_), absl::OkStatus());
    if (!crashes) {
      ASSERT_EQ(LiveLog(options_, random_, promised_), absl::OkStatus());
    } else {
      // The last commit is followed by nothing else.
      options_.log.anchor_every = 0;
      options_.closes = false;
      CrashBehindAppends();
    }
    disk_ = faults_.image();
  }

  // Everything fails that comes behind the last append: nothing is written when the log is closed.
  void CrashBehindAppends() {
    RocksFaults::Image crashed;
    options_.on_durable = [&](const PartitionOfLog&, const std::string&) { crashed = faults_.image(); };
    ASSERT_EQ(LiveLog(options_, random_, promised_), absl::OkStatus());
    options_.on_durable = nullptr;
    faults_.SetImage(crashed);
  }

  enum class Outcome { kWhole, kRefused, kShortened };
  Outcome OutcomeWith(const RocksFaults::Image& image) {
    RocksFaults faults;
    faults.SetImage(image);
    RocksLogOptions options = options_.log;
    options.memory = faults.files();
    const auto store = RocksLogStore::Open(options);
    if (!store.ok()) {
      EXPECT_GT(store.status().message().size(), 20u) << store.status();
      ++refusals_[store.status().code()];
      return Outcome::kRefused;
    }
    const auto found = ReadHistory(options, **store);
    if (!found.ok()) {
      EXPECT_EQ(found.status().code(), absl::StatusCode::kDataLoss) << found.status();
      return Outcome::kRefused;
    }
    if (CheckPromises(promised_, *found).ok()) return Outcome::kWhole;
    // Whatever is delivered is what was acknowledged, in order, though not all of it.
    EXPECT_EQ(CheckPromises(*found, promised_), absl::OkStatus());
    return Outcome::kShortened;
  }

  // Flips bits of every byte of every file; the bytes by file after which records were missing without a word.
  std::map<std::string, std::vector<size_t>> FlipAll() {
    const uint64_t bits = NumberFromEnvironment("SIP_FLIPPED_BITS", 1);
    const uint64_t every = NumberFromEnvironment("SIP_EVERY_BYTE", 50);
    std::map<std::string, std::vector<size_t>> shortened;
    for (const auto& [path, bytes] : disk_) {
      for (size_t byte = random_() % every; byte < bytes.size(); byte += every) {
        for (uint64_t i = 0; i < bits && !HasFailure(); ++i) {
          const int bit = static_cast<int>((bits < kBits ? random_() : i) % kBits);
          SCOPED_TRACE(absl::StrCat("SIP_SEED=", seed_, " ", path, " byte ", byte, " bit ", bit));
          RocksFaults::Image image = disk_;
          image[path][byte] = static_cast<char>(bytes[byte] ^ (1 << bit));
          const Outcome outcome = OutcomeWith(image);
          ++flips_;
          refused_ += outcome == Outcome::kRefused ? 1 : 0;
          if (outcome == Outcome::kShortened) shortened[path].push_back(byte);
        }
      }
    }
    std::printf("%d flips, %d refused\n", static_cast<int>(flips_), static_cast<int>(refused_));
    for (const auto& [code, count] : refusals_) {
      std::printf("  %s %d\n", absl::StatusCodeToString(code).c_str(), static_cast<int>(count));
    }
    return shortened;
  }

  const uint64_t seed_;
  std::mt19937_64 random_;
  RocksFaults faults_;
  LogLifeOptions options_;
  LogHistory promised_;
  RocksFaults::Image disk_;
  size_t flips_ = 0;
  size_t refused_ = 0;
  std::map<absl::StatusCode, size_t> refusals_;
};

TEST_F(FlippedBitTest, AfterACleanEndEveryFlipIsFoundOrHarmless) {
  ASSERT_NO_FATAL_FAILURE(MakeDisk(/*crashes=*/false));
  ASSERT_EQ(OutcomeWith(disk_), Outcome::kWhole);
  for (const auto& [path, bytes] : FlipAll()) {
    ADD_FAILURE() << bytes.size() << " flips in " << path << " shortened the log, the first in " << bytes[0];
  }
  EXPECT_GT(refused_, 0u);
}

TEST_F(FlippedBitTest, AfterACrashOnlyTheChunkThatWasWrittenLastCanVanish) {
  ASSERT_NO_FATAL_FAILURE(MakeDisk(/*crashes=*/true));
  ASSERT_EQ(OutcomeWith(disk_), Outcome::kWhole);
  for (const auto& [path, bytes] : FlipAll()) {
    EXPECT_TRUE(absl::EndsWith(path, ".log")) << path;
    const absl::string_view log = disk_[path];
    EXPECT_GT(bytes[0], log.rfind("SIPC\x01") - 40) << path;
  }
}

}  // namespace
}  // namespace sip
