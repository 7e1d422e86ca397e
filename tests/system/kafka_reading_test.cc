// How readers get through a long history: with little memory, and without waiting for their client.
#include <gtest/gtest.h>

#include <string>

#include "libs/base/monotonic.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({});

TEST_F(KafkaFixture, AReaderDoesNotWaitForAClientWhoseQueueWasFull) {
  constexpr size_t kRecords = 20'000;
  // What is written has 20 times the size of the queue.
  options_.fetch_bytes = size_t{1} << 20;
  options_.more_settings = {{"compression.type", "none"}};
  ASSERT_THAT(Init(), IsOk());
  const auto store = OpenStore();
  EventLog& log = *store->log(kLog);
  LogWriter writer(log, {.partition = 0, .name = std::string(1000, 'n'), .count = kRecords});
  ASSERT_TRUE(writer.AwaitAcknowledged(kRecords));
  writer.Stop();

  const absl::Duration begun = MonotonicNow();
  EXPECT_EQ(Count(log, 0), kRecords);
  // It would take a second for each filling of the queue.
  EXPECT_LT(MonotonicNow() - begun, absl::Seconds(8));
}

}  // namespace
}  // namespace sip
