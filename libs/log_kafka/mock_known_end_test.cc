// Until when readers know a log while brokers come and go.
#include <gtest/gtest.h>

#include <map>

#include "libs/base/clock.h"
#include "libs/log_kafka/mock_cluster.h"
#include "libs/testing/kafka_backend.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

constexpr uint32_t kLed = 0;
constexpr uint32_t kLeaderless = 1;
constexpr int kReads = 300;  // Of at most kWait each.
constexpr absl::Duration kWait = absl::Milliseconds(100);

// A reader of two partitions of an empty log.
class KnownEndTest : public testing::Test {
 protected:
  KnownEndTest() {
    KafkaLogOptions options = KafkaTestOptions(cluster_.brokers(), 1);
    options.assert_settings = false;
    options.ownership_interval = absl::Milliseconds(50);
    topic_ = options.TopicOf(LogBackend::kLogName);
    cluster_.MakeTopic(options.TopicOf("sip.other"), 1);
    cluster_.MakeTopic(topic_, LogBackend::kPartitions);
    backend_ = std::make_unique<KafkaBackend>(std::move(options), /*make_topics=*/false);
    auto tail = backend_->log().Tail({{kLed, {}}, {kLeaderless, {}}});
    EXPECT_THAT(tail, IsOk());
    tail_ = *std::move(tail);
  }

  // Reads until `enough` says of the times that it is; whether it came to that.
  template <typename Enough>
  bool ReadUntil(Enough enough) {
    for (int i = 0; i < kReads; ++i) {
      const auto batch = tail_->Read(100, kWait);
      EXPECT_THAT(batch, IsOk());
      if (!batch.ok()) return false;
      for (const TailBatch::Ended& ended : batch->ended) known_until_[ended.partition] = ended.at;
      if (enough(known_until_)) return true;
    }
    return false;
  }
  bool ReadUntilKnown(uint32_t partition, absl::Time time) {
    return ReadUntil([&](std::map<uint32_t, absl::Time>& known) { return known[partition] > time; });
  }

  KafkaMockCluster cluster_;
  std::string topic_;
  std::unique_ptr<KafkaBackend> backend_;
  std::unique_ptr<LogTail> tail_;
  std::map<uint32_t, absl::Time> known_until_;
};

TEST_F(KnownEndTest, APartitionThatNobodyLeadsLagsAloneUntilSomebodyDoes) {
  ASSERT_TRUE(ReadUntilKnown(kLed, absl::UnixEpoch()));
  ASSERT_TRUE(ReadUntilKnown(kLeaderless, absl::UnixEpoch()));
  cluster_.TakeLeaderFrom(topic_, kLeaderless);
  // One question may be under way, and those before the client hears of it fail for both.
  ASSERT_TRUE(ReadUntilKnown(kLed, SystemClock().Now() + absl::Seconds(1)));
  const absl::Time left_behind = known_until_[kLeaderless];
  ASSERT_TRUE(ReadUntilKnown(kLed, SystemClock().Now()));
  EXPECT_EQ(known_until_[kLeaderless], left_behind);
  const absl::Time led_again = SystemClock().Now();
  cluster_.GiveLeaderTo(topic_, kLeaderless);
  EXPECT_TRUE(ReadUntilKnown(kLeaderless, led_again));
}

}  // namespace
}  // namespace sip
