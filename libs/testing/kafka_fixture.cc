#include "libs/testing/kafka_fixture.h"

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);

std::unique_ptr<KafkaCluster>& TheCluster() {
  static auto& cluster = *new std::unique_ptr<KafkaCluster>();
  return cluster;
}

class Brokers : public testing::Environment {
 public:
  explicit Brokers(KafkaCluster::Options options) : options_(std::move(options)) {}
  void SetUp() override {
    auto started = KafkaCluster::Start(options_);
    ASSERT_TRUE(started.ok()) << started.status();
    TheCluster() = *std::move(started);
  }
  void TearDown() override { TheCluster().reset(); }

 private:
  const KafkaCluster::Options options_;
};

}  // namespace

testing::Environment* UseKafkaCluster(KafkaCluster::Options options) {
  return testing::AddGlobalTestEnvironment(new Brokers(std::move(options)));
}

KafkaCluster& KafkaFixture::cluster() { return *TheCluster(); }

KafkaFixture::KafkaFixture()
    : options_(KafkaTestOptions(cluster().bootstrap(), cluster().size())), operator_(cluster().bootstrap()) {}

absl::Status KafkaFixture::Init(uint32_t partitions, const std::string& installation) {
  return InitKafkaLogs(options_, {{kLog, partitions}, {"sip.other", 1}}, installation);
}

std::unique_ptr<KafkaLogStore> KafkaFixture::OpenStore() const {
  auto store = Open();
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

ReaderCheckpoint KafkaFixture::Write(EventLog& log, uint32_t partition, size_t count, const ReaderCheckpoint& from) {
  const size_t before = Count(log, partition);
  LogWriter writer(log, {.partition = partition, .name = absl::StrCat("from", before, "."), .count = count});
  EXPECT_TRUE(writer.AwaitAcknowledged(count));
  writer.Stop();
  return ReadToEnd(log, partition, from);
}

ReaderCheckpoint KafkaFixture::ReadToEnd(EventLog& log, uint32_t partition, const ReaderCheckpoint& from) {
  ReaderCheckpoint end = from;
  const auto tail = log.Tail({{partition, from}});
  EXPECT_TRUE(tail.ok()) << tail.status();
  while (tail.ok()) {
    const auto batch = (*tail)->Read(1000, absl::Milliseconds(100));
    EXPECT_TRUE(batch.ok()) << batch.status();
    if (!batch.ok()) break;
    for (const TailBatch::Progress& progress : batch->progress) end = progress.checkpoint;
    if (batch->at_end) break;
  }
  return end;
}

absl::Status KafkaFixture::ClaimStatus(EventLog& log, uint32_t partition, const ReaderCheckpoint& from) {
  return log.Claim(partition, from, {"node", "endpoint", "build"}, [](const ValidRecordPtr&) { return absl::OkStatus(); }).status();
}

absl::Status KafkaFixture::ReadStatus(EventLog& log, uint32_t partition, const ReaderCheckpoint& from) {
  SIP_ASSIGN_OR_RETURN(const auto tail, log.Tail({{partition, from}}));
  const absl::Duration until = MonotonicNow() + kPatience;
  while (MonotonicNow() < until) {
    SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(1000, absl::Milliseconds(100)));
    if (batch.at_end) return absl::OkStatus();
  }
  return absl::DeadlineExceededError("there is no end");
}

absl::Status KafkaFixture::AwaitStop(LogTail& tail) {
  const absl::Duration until = MonotonicNow() + kPatience;
  while (MonotonicNow() < until) SIP_RETURN_IF_ERROR(tail.Read(1000, absl::Milliseconds(100)).status());
  return absl::DeadlineExceededError("the reader goes on");
}

bool KafkaFixture::Await(const std::function<bool()>& holds) {
  const absl::Duration until = MonotonicNow() + kPatience;
  Pause pause;
  while (!holds()) {
    if (MonotonicNow() > until) return false;
    pause.Take(absl::Milliseconds(5));
  }
  return true;
}

size_t KafkaFixture::Count(EventLog& log, uint32_t partition) {
  const auto history = ReadHistory(log, partition);
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? history->size() : 0;
}

}  // namespace sip
