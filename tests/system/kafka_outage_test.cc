// Three brokers that crash, stop, restart and run out of disk under an owner and a reader: every acknowledged command stays, once
// and in its place; nobody takes an outage for lost data.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

// Their disks fail when a test says so.
KafkaCluster::Options Brokers() {
  const char* const failing_disk = std::getenv("SIP_FAILING_DISK");
  return {.brokers = 3,
          .environment = {absl::StrCat("LD_PRELOAD=", failing_disk == nullptr ? "" : failing_disk), "FAILING_DISK={folder}/trigger",
                          "FAILING_DISK_FOLDER={folder}/data"}};
}

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster(Brokers());

// Reads a partition for as long as it lives, again from its checkpoint when the brokers were away.
class Follower {
 public:
  explicit Follower(EventLog& log) : log_(log), thread_([this] { Work(); }) {}
  ~Follower() { Stop().IgnoreError(); }
  // Why it stopped by itself; OK if it did not.
  absl::Status Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  uint64_t read() const { return read_; }

 private:
  void Work() {
    ReaderCheckpoint checkpoint;
    std::unique_ptr<LogTail> tail;
    while (!stopping_ && status_.ok()) {
      if (tail == nullptr) {
        auto opened = log_.Tail({{0, checkpoint}});
        Note(opened.status());
        if (opened.ok()) tail = *std::move(opened);
        continue;
      }
      const auto batch = tail->Read(1000, absl::Milliseconds(50));
      Note(batch.status());
      if (!batch.ok()) tail = nullptr;
      if (!batch.ok()) continue;
      for (const TailBatch::Progress& progress : batch->progress) checkpoint = progress.checkpoint;
      read_ = checkpoint.fold.next_idx;
    }
  }
  void Note(const absl::Status& status) {
    if (!absl::IsUnavailable(status)) status_ = status;
  }

  EventLog& log_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> read_{0};
  absl::Status status_;  // The thread's, until it is joined.
  std::thread thread_;
};

class KafkaOutageTest : public KafkaFixture {
 protected:
  KafkaOutageTest() {
    // Shorter than an election: the owner is in doubt each time.
    options_.append_timeout = absl::Seconds(2);
    options_.request_timeout = absl::Seconds(5);
    // The last records read are compared all the time.
    options_.check_interval = options_.ownership_interval = absl::Milliseconds(100);
    options_.logs = {kLog};
    EXPECT_THAT(InitKafkaLogs(options_, {{kLog, 1}}, std::string(16, 'i')), IsOk());
    store_ = OpenStore();
  }
  // A writer and a reader that work while `harm` is done to the brokers, and for a while after.
  void WriteThrough(const std::function<void(LogWriter&)>& harm) {
    EventLog& log = *store_->log(kLog);
    std::vector<std::string> acknowledged;
    Follower follower(log);
    LogWriter writer(log, {.acknowledged = [&](absl::string_view payload) { acknowledged.emplace_back(payload); }});
    ASSERT_TRUE(GoesOn(writer));
    harm(writer);
    EXPECT_TRUE(GoesOn(writer));
    writer.Stop();
    const auto history = ReadHistory(log, 0, acknowledged.size());
    ASSERT_THAT(history, IsOk());
    EXPECT_THAT(CheckHistory(*history, acknowledged), IsOk());
    EXPECT_TRUE(Await([&] { return follower.read() == history->size(); })) << follower.read() << " of " << history->size();
    EXPECT_THAT(follower.Stop(), IsOk());
    RecordProperty("doubts", static_cast<int>(writer.doubts()));
  }
  static bool GoesOn(LogWriter& writer) { return writer.AwaitAcknowledged(writer.acknowledged() + 500); }
  int Leader() {
    int leader = -1;
    EXPECT_TRUE(Await([&] { return (leader = operator_.Leader(topic(), 0).value_or(-1)) >= 0; }));
    return leader;
  }

  std::unique_ptr<KafkaLogStore> store_;
};

TEST_F(KafkaOutageTest, TheLeaderIsKilled) {
  WriteThrough([this](LogWriter& writer) {
    const int leader = Leader();
    cluster().Kill(leader);
    EXPECT_TRUE(GoesOn(writer));
    EXPECT_THAT(cluster().Restart(leader), IsOk());
  });
}

TEST_F(KafkaOutageTest, NothingIsAcknowledgedWhileTwoOfThreeAreDead) {
  WriteThrough([this](LogWriter& writer) {
    const int leader = Leader();
    const int other = (leader + 1) % 3;
    cluster().Kill(other);
    cluster().Kill(leader);
    const auto await_doubt = [&writer] {
      const uint64_t doubts = writer.doubts();
      EXPECT_TRUE(Await([&] { return writer.doubts() > doubts; }));
    };
    await_doubt();
    const uint64_t before = writer.acknowledged();
    await_doubt();
    EXPECT_EQ(writer.acknowledged(), before);
    EXPECT_THAT(cluster().Restart(other), IsOk());
    EXPECT_TRUE(GoesOn(writer));
    EXPECT_THAT(cluster().Restart(leader), IsOk());
  });
}

TEST_F(KafkaOutageTest, TheBrokersAreRestartedOneAfterTheOther) {
  WriteThrough([](LogWriter& writer) {
    for (int broker = 0; broker < 3; ++broker) {
      EXPECT_THAT(cluster().Terminate(broker), IsOk());
      EXPECT_TRUE(GoesOn(writer));
      EXPECT_THAT(cluster().Restart(broker), IsOk());
    }
  });
}

TEST_F(KafkaOutageTest, TheLeadersDiskIsFull) {
  WriteThrough([this](LogWriter& writer) {
    const int leader = Leader();
    const std::string trigger = cluster().folder(leader) + "/trigger.full";
    std::ofstream(trigger).close();
    EXPECT_TRUE(Await([&] { return Leader() != leader; })) << "the broker did not notice";
    EXPECT_TRUE(GoesOn(writer));
    std::filesystem::remove(trigger);
    cluster().Kill(leader);
    EXPECT_THAT(cluster().Restart(leader), IsOk());
  });
}

TEST_F(KafkaOutageTest, TheLeaderStandsStillForLongerThanAnAppendMayTakeAndWakesUp) {
  WriteThrough([this](LogWriter& writer) {
    const int leader = Leader();
    cluster().Freeze(leader);
    EXPECT_TRUE(GoesOn(writer));
    EXPECT_GT(writer.doubts(), 0u);
    cluster().Thaw(leader);
  });
}

}  // namespace
}  // namespace sip
