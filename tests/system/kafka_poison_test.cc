// What strangers and operators can do to the topic of a log on a real broker: every reader and owner stops with DATA_LOSS, says
// where, and leaves the other partitions alone; and what would happen with a client's default settings.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/log_kafka/partition_fetcher.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

// Retention and compaction at once, where a topic asks for them.
[[maybe_unused]] testing::Environment* const kBrokers =
    UseKafkaCluster({.settings = {"log.initial.task.delay.ms=100", "log.retention.check.interval.ms=100",
                                  "log.cleaner.backoff.ms=100", "log.segment.delete.delay.ms=100"}});

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class KafkaPoisonTest : public KafkaFixture {
 protected:
  KafkaPoisonTest() {
    options_.ownership_interval = absl::Milliseconds(50);
    EXPECT_THAT(Init(), IsOk());
    store_ = OpenStore();
    log_ = store_->log(kLog);
    checkpoint_ = Write(*log_, 0, 10);
  }
  // Reader from Genesis, reader from the checkpoint and owner stop, and name the place; partition 1 goes on.
  void ExpectStopped(const std::string& says) {
    EXPECT_THAT(ReadStatus(*log_, 0), StatusIs(kDataLoss, says));
    EXPECT_THAT(ReadStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, says));
    EXPECT_THAT(ClaimStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, says));
    EXPECT_EQ(Write(*log_, 1, 3).fold.next_idx, 3u);
    EXPECT_THAT(ReadStatus(*log_, 1), IsOk());
  }
  std::string Place(uint64_t offset) const { return absl::StrCat("topic ", topic(), ", partition 0, offset ", offset, ": "); }
  absl::Status Produce(absl::string_view bytes) { return StrangeProducer(cluster().bootstrap()).Produce(topic(), 0, bytes); }
  PlainConsumer::Seen Consume(uint64_t offset, const KafkaSettings& settings) {
    return PlainConsumer(cluster().bootstrap(), topic(), 0, offset, settings).ReadToEnd();
  }
  // Awaits that the broker has removed the log's head.
  void AwaitHeadGone() {
    EXPECT_TRUE(Await([this] { return operator_.Begin(topic(), 0).value_or(0) > 0; }));
  }

  std::unique_ptr<KafkaLogStore> store_;
  EventLog* log_ = nullptr;
  ReaderCheckpoint checkpoint_;
};

TEST_F(KafkaPoisonTest, GarbageStopsThePartitionAndNamesThePlace) {
  ASSERT_THAT(Produce("garbage"), IsOk());
  ExpectStopped(Place(checkpoint_.cursor));
}

TEST_F(KafkaPoisonTest, AnEmptyRecordStopsThePartition) {
  ASSERT_THAT(Produce(""), IsOk());
  ExpectStopped(Place(checkpoint_.cursor));
}

TEST_F(KafkaPoisonTest, ATruncatedFrameStopsThePartition) {
  const std::string frame = EncodeFrame(NextCommand(checkpoint_.fold, "x"));
  ASSERT_THAT(Produce(frame.substr(0, frame.size() - 1)), IsOk());
  ExpectStopped(Place(checkpoint_.cursor));
}

TEST_F(KafkaPoisonTest, AnUnknownKindOfRecordStopsThePartition) {
  std::string frame = EncodeFrame(NextCommand(checkpoint_.fold, "x"));
  frame[4] = 9;
  ASSERT_THAT(Produce(frame), IsOk());
  ExpectStopped(Place(checkpoint_.cursor));
}

TEST_F(KafkaPoisonTest, ARecordOfAnotherLogStopsThePartition) {
  FoldState theirs = checkpoint_.fold;
  theirs.log_id = TestId("another log");
  ASSERT_THAT(Produce(EncodeFrame(MakeClaim(theirs, "theirs"))), IsOk());
  ExpectStopped(Place(checkpoint_.cursor));
}

TEST_F(KafkaPoisonTest, AnOwnerWithoutWorkFindsPoisonByItself) {
  LogWriter owner(*log_, {.name = "owner", .count = 5});
  ASSERT_TRUE(owner.AwaitAcknowledged(5));
  ASSERT_THAT(Produce("garbage"), IsOk());
  EXPECT_THAT(owner.AwaitEnd(), StatusIs(kDataLoss, "partition 0"));
}

TEST_F(KafkaPoisonTest, AnOwnerAtWorkFindsPoisonBetweenItsOwnRecords) {
  LogWriter owner(*log_, {.name = "owner"});
  ASSERT_TRUE(owner.AwaitAcknowledged(5));
  ASSERT_THAT(Produce("garbage"), IsOk());
  EXPECT_THAT(owner.AwaitEnd(), StatusIs(kDataLoss, "partition 0"));
}

TEST_F(KafkaPoisonTest, AStrangersOpenTransactionDoesNotFreezeReadersButItsMarkerStopsThem) {
  StrangeProducer stranger(cluster().bootstrap(), topic());
  ASSERT_THAT(stranger.Begin(), IsOk());
  // A copy of a Genesis is void: by itself it would do no harm.
  const auto begin = Consume(0, {});
  ASSERT_THAT(stranger.Produce(topic(), 0, begin.frames.at(0)), IsOk());
  checkpoint_ = Write(*log_, 0, 5, checkpoint_);
  EXPECT_THAT(ReadStatus(*log_, 0), IsOk());
  // A reader with the default isolation stands still before the transaction, whatever is written behind it.
  const auto frozen = Consume(0, {});
  EXPECT_EQ(frozen.error, RD_KAFKA_RESP_ERR__PARTITION_EOF);
  EXPECT_EQ(frozen.end, begin.end);
  EXPECT_LT(frozen.end, static_cast<int64_t>(checkpoint_.cursor));
  ASSERT_THAT(stranger.Commit(), IsOk());
  // The broker writes the marker behind its answer.
  ASSERT_TRUE(Await([&] { return !ReadStatus(*log_, 0).ok(); }));
  ExpectStopped("partition 0");
  EXPECT_THAT(ReadStatus(*log_, 0), StatusIs(kDataLoss, "transaction"));
}

TEST_F(KafkaPoisonTest, DeletedRecordsStopReadersThatNeedThem) {
  ASSERT_THAT(operator_.DeleteRecords(topic(), 0, static_cast<int64_t>(checkpoint_.cursor)), IsOk());
  ExpectStopped("partition 0");
  // The client's default goes on as if nothing had been there; ours would not fall for it.
  const auto skipped = Consume(0, {{"auto.offset.reset", "latest"}});
  EXPECT_EQ(skipped.error, RD_KAFKA_RESP_ERR__PARTITION_EOF);
  EXPECT_TRUE(skipped.offsets.empty());
  options_.more_settings = {{"auto.offset.reset", "latest"}};
  const auto fetcher = PartitionFetcher::Open(options_, topic(), {{0, 0}});
  ASSERT_THAT(fetcher, IsOk());
  EXPECT_THAT((*fetcher)->Next(absl::Seconds(30)), StatusIs(kDataLoss, topic()));
}

TEST_F(KafkaPoisonTest, AHeadThatRetentionAteStopsReaders) {
  auto settings = SafeTopicSettings(options_);
  settings["retention.ms"] = "1";
  ASSERT_THAT(operator_.SetTopic(topic(), settings), IsOk());
  AwaitHeadGone();
  EXPECT_THAT(ReadStatus(*log_, 0), StatusIs(kDataLoss, "retention"));
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, "retention"));
  EXPECT_THAT(ClaimStatus(*log_, 0), StatusIs(absl::StatusCode::kFailedPrecondition, "retention.ms=-1"));
  ASSERT_THAT(operator_.SetTopic(topic(), SafeTopicSettings(options_)), IsOk());
  EXPECT_THAT(ClaimStatus(*log_, 0), StatusIs(kDataLoss, "retention"));
}

TEST_F(KafkaPoisonTest, CompactionLeavesGapsThatStopReaders) {
  auto settings = SafeTopicSettings(options_);
  settings["cleanup.policy"] = "compact";
  settings["min.cleanable.dirty.ratio"] = "0";
  settings["segment.ms"] = "1";
  ASSERT_THAT(operator_.SetTopic(topic(), settings), IsOk());
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("--entity-name ", topic(), " --add-config cleanup.policy=delete")));
  // Records without a key are refused from now on and removed where they lie; one with a key makes the broker roll its segment.
  const auto before = Consume(0, {});
  StrangeProducer stranger(cluster().bootstrap());
  while (Consume(0, {{"auto.offset.reset", "earliest"}}).offsets.size() >= before.offsets.size()) {
    ASSERT_THAT(stranger.Produce(topic(), 0, before.frames.at(0), 0, "key"), IsOk());
  }
  EXPECT_THAT(ReadStatus(*log_, 0), StatusIs(kDataLoss, "compaction"));
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, "partition 0"));
}

TEST_F(KafkaPoisonTest, ACheckpointOfOneCopyOfALogSkipsNothingInAnotherCopy) {
  const auto original = Consume(0, {});
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(Produce(EncodeFrame(MakeClaim(TestClaimHeader(checkpoint_.fold, "lost", checkpoint_.fold.log_id)))), IsOk());
  }
  const ReaderCheckpoint behind_void = ReadToEnd(*log_, 0, checkpoint_);
  ASSERT_EQ(behind_void.cursor, checkpoint_.cursor + 3);
  // The copy has not the void records; where they lay there are commands.
  store_.reset();
  ASSERT_THAT(operator_.DeleteTopic(topic()), IsOk());
  ASSERT_THAT(operator_.CreateTopic(topic(), 2, 1, SafeTopicSettings(options_)), IsOk());
  StrangeProducer mirror(cluster().bootstrap());
  for (const std::string& frame : original.frames) ASSERT_THAT(mirror.Produce(topic(), 0, frame), IsOk());
  LogFold fold({}, checkpoint_.fold);
  for (int i = 0; i < 5; ++i) {
    const Record record = NextCommand(fold.state(), "x");
    ASSERT_THAT(fold.Step(ViewOf(record)), IsOk());
    ASSERT_THAT(mirror.Produce(topic(), 0, EncodeFrame(record)), IsOk());
  }
  auto genesis = TestGenesisHeader(1, 2);
  genesis.set_log_id(checkpoint_.fold.log_id);
  genesis.set_installation_id(checkpoint_.fold.installation_id);
  ASSERT_THAT(mirror.Produce(topic(), 1, EncodeFrame(MakeGenesis(genesis))), IsOk());
  store_ = OpenStore();
  EXPECT_EQ(ReadToEnd(*store_->log(kLog), 0, behind_void).fold.next_idx, fold.state().next_idx);
}

TEST_F(KafkaPoisonTest, ATopicMadeAnewIsAnotherLogForReadersCheckpointsAndOpen) {
  store_.reset();
  options_.check_interval = absl::Milliseconds(50);
  options_.assert_settings = false;
  options_.request_timeout = absl::Seconds(2);
  store_ = OpenStore();
  log_ = store_->log(kLog);
  const auto tail = log_->Tail({{0, checkpoint_}});
  ASSERT_THAT(tail, IsOk());
  const auto before = Consume(0, {});
  ASSERT_THAT(operator_.DeleteTopic(topic()), IsOk());
  ASSERT_THAT(operator_.CreateTopic(topic(), 2, 1, SafeTopicSettings(options_)), IsOk());
  absl::Status opened;
  // Not all that answer have heard of a new topic at once.
  EXPECT_TRUE(Await([&] { return !absl::IsNotFound(opened = Open().status()); }));
  EXPECT_THAT(opened, StatusIs(absl::StatusCode::kFailedPrecondition, "is empty"));
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, "partition 0"));
  // Refilled beyond where the reader stands: only the comparison of the last record finds it.
  StrangeProducer stranger(cluster().bootstrap());
  for (size_t i = 0; i < before.frames.size() + 5; ++i) {
    ASSERT_THAT(stranger.Produce(topic(), 0, before.frames.at(0)), IsOk());
  }
  EXPECT_THAT(AwaitStop(**tail), StatusIs(kDataLoss, "partition 0"));
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint_), StatusIs(kDataLoss, "another history"));
}

}  // namespace
}  // namespace sip
