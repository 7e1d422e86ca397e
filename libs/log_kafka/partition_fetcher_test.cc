// How errors name the place: without a broker.
#include "libs/log_kafka/partition_fetcher.h"

#include <gtest/gtest.h>

#include "libs/log_kafka/head_comparison.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

TEST(PartitionFetcherTest, AnErrorNamesTheTopicAndAFewPartitions) {
  EXPECT_EQ(PlaceOf("sip.plans", {3}), "topic sip.plans, partition 3");
  EXPECT_EQ(PlaceOf("sip.plans", {0, 2}), "topic sip.plans, partitions 0, 2");
  EXPECT_EQ(PlaceOf("sip.plans", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), "topic sip.plans, partitions 0, 1, 2, 3, 4, 5, 6, 7 and 2 more");
}

TEST(PartitionFetcherTest, BrokersThatAreAwayAreReportedWithThePartitionsThatCouldNotBeCompared) {
  KafkaLogOptions options;
  options.connection.brokers = "127.0.0.1:1";
  options.request_timeout = absl::Milliseconds(100);
  std::vector<ReaderCheckpoint> checkpoints(2);
  for (ReaderCheckpoint& checkpoint : checkpoints) checkpoint.fold.started = true;
  checkpoints[0].fold.partition = 3;
  checkpoints[1].fold.partition = 5;
  const auto comparison = HeadComparison::Open(options, "sip.plans", checkpoints);
  ASSERT_THAT(comparison, IsOk());
  EXPECT_THAT((*comparison)->Step(absl::Seconds(10)),
              StatusIs(absl::StatusCode::kUnavailable, "topic sip.plans, partitions 3, 5: the brokers do not answer"));
}

}  // namespace
}  // namespace sip
