// What a log counts of what happens to it.
#include <gtest/gtest.h>

#include "libs/base/mutex.h"
#include "libs/log_kafka/mock_cluster.h"
#include "libs/testing/kafka_backend.h"
#include "libs/testing/kafka_probe.h"
#include "libs/testing/log_records.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

// Partition 1 of a log, and whoever writes into it.
class KafkaStatisticsTest : public testing::Test {
 protected:
  static constexpr uint32_t kPartition = 1;

  KafkaStatisticsTest() {
    KafkaLogOptions options = KafkaTestOptions(cluster_.brokers(), 1);
    options.assert_settings = false;
    // Owners find out by their appends alone that others have written.
    options.ownership_interval = absl::Hours(1);
    topic_ = options.TopicOf(LogBackend::kLogName);
    cluster_.MakeTopic(options.TopicOf("sip.other"), 1);
    cluster_.MakeTopic(topic_, LogBackend::kPartitions);
    backend_ = std::make_unique<KafkaBackend>(std::move(options), /*make_topics=*/false);
  }
  std::unique_ptr<LogSession> Claim() {
    auto session = backend_->log().Claim(kPartition, {}, {"node", "endpoint", "build"},
                                         [](const ValidRecordPtr&) { return absl::OkStatus(); });
    EXPECT_THAT(session, IsOk());
    return *std::move(session);
  }
  // Appends the next command on `ahead`, and waits for what becomes of it.
  AppendOutcome Append(LogSession& session, LogFold& ahead) {
    const Record record = NextCommand(ahead.state(), "text");
    EXPECT_THAT(ahead.Step(ViewOf(record)), IsOk());
    {
      MutexLock lock(mutex_);
      outcome_.reset();
    }
    const absl::Status sent = session.Append(Prepared(record), [this](AppendReport report) {
      MutexLock lock(mutex_);
      outcome_ = report.outcome;
      changed_.NotifyAll();
    });
    EXPECT_THAT(sent, IsOk());
    if (!sent.ok()) return AppendOutcome::kUnknown;
    MutexLock lock(mutex_);
    while (!outcome_.has_value()) changed_.Wait(mutex_);
    return *outcome_;
  }
  static LogFold FoldOf(const LogSession& session) {
    return LogFold({session.claimed().fold.log_id, kPartition}, session.claimed().fold);
  }
  // Somebody who is not the owner writes.
  void Produce(const Record& record) {
    EXPECT_THAT(StrangeProducer(cluster_.brokers()).Produce(topic_, kPartition, EncodeFrame(record)), IsOk());
  }
  void ReadAll() {
    const auto tail = backend_->log().Tail({{kPartition, {}}});
    ASSERT_THAT(tail, IsOk());
    for (bool at_end = false; !at_end;) {
      const auto batch = (*tail)->Read(100, absl::Seconds(1));
      ASSERT_THAT(batch, IsOk());
      at_end = batch->at_end;
    }
  }
  KafkaLogStatistics Log() {
    for (KafkaLogStatistics& statistics : backend_->store().statistics()) {
      if (statistics.log == LogBackend::kLogName) return std::move(statistics);
    }
    ADD_FAILURE() << "the log is missing";
    return {};
  }

  Mutex mutex_;
  CondVar changed_;
  std::optional<AppendOutcome> outcome_ ABSL_GUARDED_BY(mutex_);
  KafkaMockCluster cluster_;
  std::string topic_;
  std::unique_ptr<KafkaBackend> backend_;
};

TEST_F(KafkaStatisticsTest, VoidRecordsAreCountedByCauseWhereverTheyAreMet) {
  auto owner = Claim();
  LogFold ahead = FoldOf(*owner);
  const Record first = NextCommand(ahead.state(), "text");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Append(*owner, ahead), AppendOutcome::kDurable);
  owner.reset();
  Produce(first);
  Produce(MakeClaim(TestClaimHeader(ahead.state(), "late", ahead.state().log_id)));
  const auto next = Claim();
  const Record stale = NextCommand(ahead.state(), "of the first claim");
  LogFold behind = FoldOf(*next);
  log::v1::CommandHeader hole = NextCommandHeader(behind.state(), "text");
  hole.set_idx(hole.idx() + 1);
  EXPECT_EQ(Log().partitions[kPartition].voids_met_by_owner, (KafkaVoids{.copies = 1, .lost_races = 1}));
  Produce(stale);
  Produce(MakeCommand(hole, "text"));
  ReadAll();
  EXPECT_EQ(Log().partitions[kPartition].voids_met_by_readers, (KafkaVoids{.copies = 1, .lost_races = 1, .stale = 1, .holes = 1}));
  ReadAll();
  EXPECT_EQ(Log().partitions[kPartition].voids_met_by_readers, (KafkaVoids{.copies = 2, .lost_races = 2, .stale = 2, .holes = 2}));
  EXPECT_EQ(Log().partitions[0].voids_met_by_readers, KafkaVoids{});
}

TEST_F(KafkaStatisticsTest, TheLastOwnerIsWhomTheLatestClaimNames) {
  EXPECT_EQ(backend_->log().LastOwner(kPartition), std::nullopt);
  const auto owner = Claim();
  EXPECT_EQ(backend_->log().LastOwner(kPartition), "endpoint");
  log::v1::ClaimHeader other = TestClaimHeader(owner->claimed().fold, "other", owner->claimed().fold.last_claim);
  other.set_endpoint("other:1");
  Produce(MakeClaim(other));
  log::v1::ClaimHeader late = TestClaimHeader(owner->claimed().fold, "late", owner->claimed().fold.last_claim);
  late.set_endpoint("late:1");
  Produce(MakeClaim(late));
  EXPECT_EQ(backend_->log().LastOwner(kPartition), "endpoint") << "nobody has read it yet";
  ReadAll();
  EXPECT_EQ(backend_->log().LastOwner(kPartition), "other:1");
  EXPECT_EQ(backend_->log().LastOwner(0), std::nullopt);
}

TEST_F(KafkaStatisticsTest, AppendsAreCountedByHowLongTheyTook) {
  const auto owner = Claim();
  LogFold ahead = FoldOf(*owner);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Append(*owner, ahead), AppendOutcome::kDurable);
  const KafkaLogStatistics log = Log();
  ASSERT_EQ(log.partitions.size(), size_t{LogBackend::kPartitions});
  const KafkaPartitionStatistics& partition = log.partitions[kPartition];
  EXPECT_EQ(partition.partition, kPartition);
  EXPECT_EQ(partition.claims, 1u);
  EXPECT_EQ(partition.appended, 5u);
  EXPECT_EQ(partition.append_latency.count(), 5u);
  EXPECT_GT(partition.append_latency.sum, absl::ZeroDuration());
  EXPECT_LT(partition.append_latency.sum, absl::Minutes(5));
  EXPECT_EQ(log.appended, 5u);
  EXPECT_EQ(log.partitions[0].appended, 0u);
}

TEST_F(KafkaStatisticsTest, AVoidRecordBetweenAppendsIsMetByTheOwner) {
  const auto owner = Claim();
  LogFold ahead = FoldOf(*owner);
  const Record first = NextCommand(ahead.state(), "text");
  EXPECT_EQ(Append(*owner, ahead), AppendOutcome::kDurable);
  Produce(first);
  EXPECT_EQ(Append(*owner, ahead), AppendOutcome::kDurable);
  const KafkaPartitionStatistics partition = Log().partitions[kPartition];
  EXPECT_EQ(partition.voids_met_by_owner, KafkaVoids{.copies = 1});
  EXPECT_EQ(partition.gaps, 1u);
  EXPECT_EQ(partition.appended, 2u);
}

TEST_F(KafkaStatisticsTest, AnOwnerThatWasFencedIsCountedWithWhatItReadToFindOut) {
  const auto owner = Claim();
  LogFold ahead = FoldOf(*owner);
  const auto next = Claim();
  EXPECT_EQ(Append(*owner, ahead), AppendOutcome::kFenced);
  const KafkaPartitionStatistics partition = Log().partitions[kPartition];
  EXPECT_EQ(partition.claims, 2u);
  EXPECT_EQ(partition.fenced, 1u);
  EXPECT_EQ(partition.doubts, 0u);
  EXPECT_EQ(partition.gaps, 1u);
  EXPECT_EQ(partition.appended, 0u);
  EXPECT_EQ(Log().fenced, 1u);
}

TEST_F(KafkaStatisticsTest, AClaimThatMayNotFollowIsCountedAsLost) {
  Claim();
  const ClaimantInfo claimant{"node", "endpoint", "build", {std::string(16, 'x')}};
  EXPECT_THAT(backend_->log().Claim(kPartition, {}, claimant, [](const ValidRecordPtr&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kAborted, "partition 1"));
  EXPECT_EQ(Log().partitions[kPartition].claims_lost, 1u);
  EXPECT_EQ(Log().claims_lost, 1u);
}

}  // namespace
}  // namespace sip
