// How logs are made on a real broker, and what a topic must be like to hold one.
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({});

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class KafkaSettingsTest : public KafkaFixture {
 protected:
  void Set(const std::string& name, const std::string& value) {
    auto settings = SafeTopicSettings(options_);
    settings[name] = value;
    EXPECT_THAT(operator_.SetTopic(topic(), settings), IsOk());
  }
  void Mend() { EXPECT_THAT(operator_.SetTopic(topic(), SafeTopicSettings(options_)), IsOk()); }
  absl::Status Genesis(uint32_t partition, uint32_t partitions) {
    return StrangeProducer(cluster().bootstrap()).Produce(topic(), partition, EncodeFrame(MakeGenesis(partition, partitions)));
  }
};

TEST_F(KafkaSettingsTest, EachUnsafeSettingIsRefusedAtOpenAtClaimAndWhileRunningUntilItIsMended) {
  options_.durability = KafkaLogOptions::Durability::kFlushEachRecord;
  options_.check_interval = options_.ownership_interval = absl::Milliseconds(20);
  ASSERT_THAT(Init(), IsOk());
  const auto store = OpenStore();
  EventLog& log = *store->log(kLog);
  auto session = log.Claim(0, {}, {"node", "endpoint", "build"}, [](const ValidRecordPtr&) { return absl::OkStatus(); });
  ASSERT_THAT(session, IsOk());
  LogFold ahead({log.identity().log_id, 0}, (*session)->claimed().fold);
  const auto append = [&] {
    const Record record = NextCommand(ahead.state(), "x");
    absl::Status sent = (*session)->Append(Prepared(record), [](AppendReport) {});
    EXPECT_EQ(sent.ok() && !ahead.Step(ViewOf(record)).ok(), false);
    return sent;
  };
  const std::map<std::string, std::string> unsafe = {
      {"unclean.leader.election.enable", "true"},
      {"cleanup.policy", "compact"},
      {"retention.ms", "604800000"},
      {"retention.bytes", "1000000000"},
      {"message.timestamp.type", "LogAppendTime"},
      {"message.timestamp.after.max.ms", "9223372036854775807"},
      {"max.message.bytes", "1048588"},
      {"flush.messages", "10000"},
  };
  for (const auto& [name, value] : unsafe) {
    Set(name, value);
    EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, name));
    EXPECT_THAT(ClaimStatus(log, 1), StatusIs(kFailedPrecondition, name));
    EXPECT_TRUE(Await([&] { return absl::IsFailedPrecondition(store->health()); })) << name;
    EXPECT_THAT(store->health(), StatusIs(kFailedPrecondition, absl::StrCat("--add-config ", name, "=")));
    // The client's answer says nothing of how the cluster is set up.
    const absl::Status refused = append();
    EXPECT_THAT(refused, RejectedFor(common::v1::REASON_LOG_NOT_SAFE));
    EXPECT_EQ(std::string(refused.message()).find(name), std::string::npos) << refused;
    Mend();
    EXPECT_TRUE(Await([&] { return store->health().ok(); })) << name;
    EXPECT_THAT(append(), IsOk());
    EXPECT_THAT(ClaimStatus(log, 1), IsOk());
  }
}

TEST_F(KafkaSettingsTest, TooFewReplicasAreRefused) {
  ASSERT_THAT(Init(), IsOk());
  options_.logs = {kLog};
  options_.replicas_in_sync = 2;
  EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, "min.insync.replicas=2"));
  Mend();
  EXPECT_THAT(Open(), IsOk());
  options_.replicas = 3;
  EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, "kafka-reassign-partitions.sh"));
}

TEST_F(KafkaSettingsTest, InitMayBeRepeated) {
  ASSERT_THAT(Init(), IsOk());
  const std::string log_id = OpenStore()->log(kLog)->identity().log_id;
  ASSERT_THAT(Init(2, std::string(16, 'j')), IsOk());
  const auto store = OpenStore();
  EXPECT_EQ(store->log(kLog)->identity().log_id, log_id);
  EXPECT_EQ(store->log(kLog)->identity().installation_id, std::string(16, 'i'));
  EXPECT_THAT(Init(3), StatusIs(kFailedPrecondition, "2 partitions instead of 3"));
}

TEST_F(KafkaSettingsTest, InitThatWasInterruptedIsCompleted) {
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound, "sipctl log init"));
  ASSERT_THAT(operator_.CreateTopic(topic(), 4, 1, SafeTopicSettings(options_)), IsOk());
  ASSERT_THAT(Genesis(0, 4), IsOk());
  ASSERT_THAT(Genesis(2, 4), IsOk());
  options_.logs = {kLog};
  EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, "partition 1 is empty"));
  ASSERT_THAT(Init(4), IsOk());
  options_.logs = {kLog, "sip.other"};
  const auto store = OpenStore();
  for (const char* name : {kLog, "sip.other"}) EXPECT_EQ(store->log(name)->identity().installation_id, TestId("installation"));
  EXPECT_EQ(store->log(kLog)->identity().log_id, TestId("log"));
  for (uint32_t partition = 0; partition < 4; ++partition) {
    EXPECT_EQ(Write(*store->log(kLog), partition, 1).fold.partition, partition);
  }
}

TEST_F(KafkaSettingsTest, LogsOfTwoInstallationsAreRefused) {
  ASSERT_THAT(InitKafkaLogs(options_, {{kLog, 1}}, std::string(16, 'i')), IsOk());
  ASSERT_THAT(InitKafkaLogs(options_, {{"sip.other", 1}}, std::string(16, 'j')), IsOk());
  EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, "another installation"));
}

TEST_F(KafkaSettingsTest, ATopicThatHoldsSomethingElseIsRefused) {
  options_.logs = {kLog};
  ASSERT_THAT(operator_.CreateTopic(topic(), 1, 1, SafeTopicSettings(options_)), IsOk());
  ASSERT_THAT(StrangeProducer(cluster().bootstrap()).Produce(topic(), 0, "somebody's event"), IsOk());
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, topic()));
  EXPECT_THAT(Init(1), StatusIs(absl::StatusCode::kDataLoss, topic()));
}

TEST_F(KafkaSettingsTest, PartitionsThatWereAddedAreRefusedAtOpenButDisturbNobodyWhoRuns) {
  options_.check_interval = options_.ownership_interval = absl::Milliseconds(20);
  ASSERT_THAT(Init(), IsOk());
  const auto store = OpenStore();
  EventLog& log = *store->log(kLog);
  const auto tail = log.Tail({{0, {}}});
  ASSERT_THAT(tail, IsOk());
  LogWriter writer(log, {.name = "w"});
  ASSERT_TRUE(writer.AwaitAcknowledged(10));
  ASSERT_THAT(operator_.AddPartitions(topic(), 3), IsOk());
  EXPECT_THAT(Open(), StatusIs(kFailedPrecondition, "partitions can never be added"));
  const uint64_t before = writer.acknowledged();
  EXPECT_TRUE(writer.AwaitAcknowledged(before + 100));
  writer.Stop();
  EXPECT_EQ(writer.doubts(), 0u);
  size_t read = 0;
  while (read < before) {
    const auto batch = (*tail)->Read(100, absl::Seconds(1));
    ASSERT_THAT(batch, IsOk());
    read += batch->records.size();
  }
}

TEST_F(KafkaSettingsTest, AClockThatIsOffIsReportedAsSuch) {
  ASSERT_THAT(Init(), IsOk());
  const auto store = OpenStore();
  const int64_t in_an_hour = absl::ToUnixMillis(SystemClock().Now() + absl::Hours(1));
  EXPECT_THAT(StrangeProducer(cluster().bootstrap()).Produce(topic(), 0, "x", in_an_hour), StatusIs(kFailedPrecondition, "NTP"));
  // To a broker that takes nothing from the past, each record is late: as from a clock that is behind.
  Set("message.timestamp.before.max.ms", "0");
  absl::Status claimed;
  EXPECT_TRUE(Await([&] { return !(claimed = ClaimStatus(*store->log(kLog), 0)).ok(); }));
  EXPECT_THAT(claimed, StatusIs(kFailedPrecondition, "NTP"));
  Mend();
  EXPECT_THAT(ClaimStatus(*store->log(kLog), 0), IsOk());
}

}  // namespace
}  // namespace sip
