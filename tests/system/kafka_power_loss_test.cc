// Patching with bad luck: two of three brokers are stopped in good order, one after the other, and the third loses power, with what
// it had not yet written to its disk. SIP_ELR=0: without eligible leader replicas acknowledged records are gone, and every reader,
// checkpoint and owner says so. SIP_ELR=1: the partition waits for a broker that has them all, and nothing is gone.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

bool HasEligibleLeaderReplicas() { return std::string(std::getenv("SIP_ELR")) == "1"; }

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster(
    {.brokers = 3, .settings = {absl::StrCat("--feature=eligible.leader.replicas.version=", std::getenv("SIP_ELR"))}});

class KafkaPowerLossTest : public KafkaFixture {
 protected:
  KafkaPowerLossTest() {
    options_.request_timeout = absl::Seconds(5);
    options_.logs = {kLog};
    EXPECT_THAT(InitKafkaLogs(options_, {{kLog, 1}}, std::string(16, 'i')), IsOk());
    store_ = OpenStore();
    log_ = store_->log(kLog);
  }
  std::string Segment(int broker) const {
    return absl::StrCat(cluster().data_dir(broker), "/", topic(), "-0/00000000000000000000.log");
  }
  // What a broker has of the partition.
  uint64_t Size(int broker) const { return std::filesystem::file_size(Segment(broker)); }
  // A loss of power: kill -9, and of what came after `size` nothing is on the disk.
  void LosePower(int broker, uint64_t size) {
    cluster().Kill(broker);
    std::filesystem::resize_file(Segment(broker), size);
  }
  bool AwaitLeader(int broker) {
    return Await([&] { return operator_.Leader(topic(), 0).value_or(-1) == broker; });
  }

  std::unique_ptr<KafkaLogStore> store_;
  EventLog* log_ = nullptr;
};

TEST_F(KafkaPowerLossTest, PatchingWithBadLuck) {
  Write(*log_, 0, 100);
  const uint64_t on_disk = Size(0);
  // Acknowledged by all three, and in the memory of the third only.
  const ReaderCheckpoint checkpoint = Write(*log_, 0, 100);
  ASSERT_TRUE(Await([&] { return Size(0) == Size(1) && Size(0) == Size(2); }));
  const auto before = ReadHistory(*log_, 0, 200);
  ASSERT_THAT(before, IsOk());
  ASSERT_EQ(before->size(), 200u);

  // Orderly, so each takes itself out of the replicas in sync; the third stays, alone, as the leader.
  ASSERT_THAT(cluster().Terminate(2), IsOk());
  ASSERT_THAT(cluster().Terminate(1), IsOk());
  LosePower(0, on_disk);
  ASSERT_THAT(cluster().Begin(0), IsOk());
  ASSERT_THAT(cluster().Restart(1), IsOk());
  ASSERT_THAT(cluster().Restart(2), IsOk());

  if (HasEligibleLeaderReplicas()) {
    // Eligible are those that were in sync when there were enough: they have all of it.
    EXPECT_TRUE(Await([&] { return operator_.Leader(topic(), 0).value_or(-1) >= 0; }));
    EXPECT_THAT(ReadStatus(*log_, 0, checkpoint), IsOk());
    const auto after = ReadHistory(*log_, 0, 200);
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(*after, *before);
    return;
  }
  ASSERT_TRUE(AwaitLeader(0));
  // The new leader shows them once its followers are back.
  const auto after = ReadHistory(*log_, 0, 100);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->size(), 100u) << "nothing was lost, so nothing is shown here";
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint), StatusIs(absl::StatusCode::kDataLoss, "partition 0"));
  EXPECT_THAT(ClaimStatus(*log_, 0, checkpoint), StatusIs(absl::StatusCode::kDataLoss, "partition 0"));
  // A log that has grown again beyond the checkpoint is another history all the same.
  EXPECT_EQ(Write(*log_, 0, 200).fold.next_idx, 300u);
  EXPECT_THAT(ReadStatus(*log_, 0, checkpoint), StatusIs(absl::StatusCode::kDataLoss, "another history"));
  EXPECT_THAT(ClaimStatus(*log_, 0, checkpoint), StatusIs(absl::StatusCode::kDataLoss, "another history"));
}

}  // namespace
}  // namespace sip
