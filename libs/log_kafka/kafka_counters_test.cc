#include "libs/log_kafka/kafka_counters.h"

#include <gtest/gtest.h>

#include <map>

#include "libs/telemetry/metrics.h"

namespace sip {
namespace {

TEST(KafkaCountersTest, EveryBoundHasItsBucketAndOneHasNone) { EXPECT_EQ(kKafkaLatencyBuckets, LatencyBounds().size() + 1); }

TEST(KafkaCountersTest, ALatencyIsCountedUnderTheFirstBoundThatIsNotLess) {
  LatencyCounters counters;
  const std::map<absl::Duration, size_t> buckets = {
      {absl::ZeroDuration(), 0}, {absl::Microseconds(100), 0}, {absl::Microseconds(101), 1}, {absl::Milliseconds(1), 3},
      {absl::Seconds(10), 15},   {absl::Seconds(10.5), 16},    {absl::Hours(1), 16}};
  KafkaLatency expected;
  for (const auto& [latency, bucket] : buckets) {
    counters.Note(latency);
    ++expected.buckets[bucket];
    expected.sum += latency;
    EXPECT_EQ(counters.Read().buckets, expected.buckets) << latency;
  }
  EXPECT_EQ(counters.Read().sum, expected.sum);
  EXPECT_EQ(counters.Read().count(), 7u);
}

TEST(KafkaCountersTest, OnlyVoidRecordsAreCountedEachByItsCause) {
  VoidCounters counters;
  for (const Verdict verdict : {Verdict::kGenesis, Verdict::kClaim, Verdict::kValid}) counters.Note(verdict);
  EXPECT_EQ(counters.Read(), KafkaVoids{});
  counters.Note(Verdict::kVoidCopy);
  for (int i = 0; i < 2; ++i) counters.Note(Verdict::kVoidLostRace);
  for (int i = 0; i < 3; ++i) counters.Note(Verdict::kVoidStale);
  for (int i = 0; i < 4; ++i) counters.Note(Verdict::kVoidHole);
  EXPECT_EQ(counters.Read(), (KafkaVoids{.copies = 1, .lost_races = 2, .stale = 3, .holes = 4}));
}

}  // namespace
}  // namespace sip
