// Owners that are stopped in the middle of their work, replaced, and wake up again. SIP_CYCLES says how often.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/testing/child_process.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({});

constexpr absl::Duration kPatience = absl::Minutes(1);

class KafkaZombieTest : public KafkaFixture {
 protected:
  KafkaZombieTest() {
    options_.ownership_interval = absl::Milliseconds(50);
    EXPECT_THAT(Init(), IsOk());
    store_ = OpenStore();
    log_ = store_->log(kLog);
  }
  std::unique_ptr<ChildProcess> StartWriter(const std::string& name, uint64_t count) {
    const std::string output = absl::StrCat(testing::TempDir(), "/", options_.topic_prefix, name);
    auto writer = std::make_unique<ChildProcess>(ChildProcess::Command{
        {std::getenv("SIP_KAFKA_WRITER"), cluster().bootstrap(), options_.topic_prefix, "0", name, absl::StrCat(count)}, output});
    EXPECT_THAT(writer->Start(), IsOk());
    return writer;
  }
  // What a writer has said was acknowledged, in order.
  static std::vector<std::string> Acknowledged(const ChildProcess& writer) {
    std::vector<std::string> acknowledged;
    std::string output = writer.output();
    output.resize(output.rfind('\n') + 1);  // Whole lines.
    for (absl::string_view line : absl::StrSplit(output, '\n')) {
      if (absl::ConsumePrefix(&line, "ack ")) acknowledged.emplace_back(line);
    }
    return acknowledged;
  }
  // What another owner writes meanwhile.
  std::vector<std::string> WriteAs(const std::string& name, uint64_t count) {
    std::vector<std::string> acknowledged;
    LogWriter writer(*log_, {.name = name, .count = count, .acknowledged = [&](absl::string_view payload) {
                               acknowledged.emplace_back(payload);
                             }});
    EXPECT_TRUE(writer.AwaitAcknowledged(count));
    writer.Stop();
    return acknowledged;
  }
  static void ExpectFenced(ChildProcess& writer) {
    EXPECT_EQ(writer.AwaitEnd(kPatience), 0) << writer.output();
    EXPECT_TRUE(absl::StrContains(writer.output(), "end ABORTED")) << writer.output();
  }

  std::unique_ptr<KafkaLogStore> store_;
  EventLog* log_ = nullptr;
};

TEST_F(KafkaZombieTest, AnOwnerThatWakesUpAfterItsReplacementLosesAndDoublesNothing) {
  const int cycles = std::atoi(std::getenv("SIP_CYCLES"));
  std::vector<std::vector<std::string>> all;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    const auto zombie = StartWriter(absl::StrCat("zombie", cycle, "."), UINT64_MAX);
    // At another point of its work each time.
    const size_t some = 50 + 37 * static_cast<size_t>(cycle);
    ASSERT_TRUE(Await([&] { return Acknowledged(*zombie).size() >= some || !zombie->running(); }));
    zombie->Signal(SIGSTOP);
    all.push_back(WriteAs(absl::StrCat("next", cycle, "."), 50));
    zombie->Signal(SIGCONT);
    ExpectFenced(*zombie);
    all.push_back(Acknowledged(*zombie));
  }
  const auto history = ReadHistory(*log_, 0);
  ASSERT_THAT(history, IsOk());
  for (const auto& acknowledged : all) {
    EXPECT_GE(acknowledged.size(), 50u);
    EXPECT_THAT(CheckHistory(*history, acknowledged), IsOk());
  }
}

TEST_F(KafkaZombieTest, AnOwnerWithoutWorkLearnsThatItWasReplaced) {
  const auto zombie = StartWriter("zombie", 10);
  ASSERT_TRUE(Await([&] { return Acknowledged(*zombie).size() == 10; }));
  WriteAs("next", 10);
  ExpectFenced(*zombie);
}

TEST_F(KafkaZombieTest, AKilledOwnerIsReplacedAndWhatItAcknowledgedIsThere) {
  const auto killed = StartWriter("killed", UINT64_MAX);
  ASSERT_TRUE(Await([&] { return Acknowledged(*killed).size() >= 100; }));
  killed->Kill();
  const auto next = WriteAs("next", 50);
  const auto history = ReadHistory(*log_, 0);
  ASSERT_THAT(history, IsOk());
  EXPECT_THAT(CheckHistory(*history, Acknowledged(*killed)), IsOk());
  EXPECT_THAT(CheckHistory(*history, next), IsOk());
}

}  // namespace
}  // namespace sip
