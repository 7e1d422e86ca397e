// What a network does between an owner and its broker: every client reaches the broker through a proxy only.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"
#include "libs/testing/tcp_proxy.h"

namespace sip {
namespace {

// Made before the broker, which advertises its port.
TcpProxy& Proxy() {
  static auto& proxy = *new TcpProxy();
  return proxy;
}

[[maybe_unused]] testing::Environment* const kBrokers =
    UseKafkaCluster({.settings = {absl::StrCat("advertised.listeners=PLAINTEXT://127.0.0.1:", Proxy().port())}});

// Of Kafka's clients in this process.
size_t ClientThreads() {
  size_t count = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(thread.path() / "comm"), name);
    if (absl::StartsWith(name, "rdk:")) ++count;
  }
  return count;
}

class KafkaNetworkTest : public KafkaFixture {
 protected:
  KafkaNetworkTest() {
    const std::string address = cluster().address(0);
    int port = 0;
    SIP_CHECK(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
    Proxy().SetTarget(port);
    options_.append_timeout = absl::Seconds(1);
    options_.request_timeout = absl::Seconds(2);
    EXPECT_THAT(Init(), IsOk());
    store_ = OpenStore();
    log_ = store_->log(kLog);
  }
  ~KafkaNetworkTest() override {
    Proxy().SetMode(TcpProxy::Mode::kPass);
    Proxy().SetDelay(absl::ZeroDuration());
  }
  // A writer that works while `harm` is done to it, and for a while after.
  void WriteThrough(const std::function<void(LogWriter&)>& harm) {
    std::vector<std::string> acknowledged;
    LogWriter writer(*log_,
                     {.in_flight = 50, .acknowledged = [&](absl::string_view payload) { acknowledged.emplace_back(payload); }});
    ASSERT_TRUE(writer.AwaitAcknowledged(100));
    harm(writer);
    EXPECT_TRUE(writer.AwaitAcknowledged(writer.acknowledged() + 100));
    writer.Stop();
    const auto history = ReadHistory(*log_, 0);
    ASSERT_THAT(history, IsOk());
    EXPECT_THAT(CheckHistory(*history, acknowledged), IsOk());
  }

  std::unique_ptr<KafkaLogStore> store_;
  EventLog* log_ = nullptr;
};

TEST_F(KafkaNetworkTest, CutConnectionsLoseAndDoubleNothing) {
  WriteThrough([](LogWriter& writer) {
    for (int i = 0; i < 10; ++i) {
      Proxy().Cut();
      EXPECT_TRUE(writer.AwaitAcknowledged(writer.acknowledged() + 20));
    }
  });
}

TEST_F(KafkaNetworkTest, LostAcknowledgementsLoseAndDoubleNothing) {
  WriteThrough([](LogWriter& writer) {
    for (int i = 0; i < 3; ++i) {
      Proxy().SetMode(TcpProxy::Mode::kLoseProduced);
      const uint64_t doubts = writer.doubts();
      EXPECT_TRUE(Await([&] { return writer.doubts() > doubts; }));
      Proxy().SetMode(TcpProxy::Mode::kPass);
      EXPECT_TRUE(writer.AwaitAcknowledged(writer.acknowledged() + 20));
    }
  });
}

TEST_F(KafkaNetworkTest, ABlackHoleIsDoubtAndEndsByItself) {
  WriteThrough([](LogWriter& writer) {
    Proxy().SetMode(TcpProxy::Mode::kBlackHole);
    EXPECT_TRUE(Await([&] { return writer.doubts() > 0; }));
    Proxy().SetMode(TcpProxy::Mode::kPass);
  });
}

TEST_F(KafkaNetworkTest, ABrokerThatRefusesConnectionsIsDoubtAndEndsByItself) {
  WriteThrough([](LogWriter& writer) {
    Proxy().SetMode(TcpProxy::Mode::kRefuse);
    Proxy().Cut();
    EXPECT_TRUE(Await([&] { return writer.doubts() > 0; }));
    Proxy().SetMode(TcpProxy::Mode::kPass);
  });
}

TEST_F(KafkaNetworkTest, ASlowBrokerIsNoReasonForDoubt) {
  WriteThrough([](LogWriter& writer) {
    Proxy().SetDelay(absl::Milliseconds(100));
    EXPECT_TRUE(writer.AwaitAcknowledged(writer.acknowledged() + 200));
    EXPECT_EQ(writer.doubts(), 0u);
    Proxy().SetDelay(absl::ZeroDuration());
  });
}

TEST_F(KafkaNetworkTest, AnOwnerKnowsItsOwnClaimOfWhichItHeardNothing) {
  const auto ignore = [](const ValidRecordPtr&) { return absl::OkStatus(); };
  auto session = log_->Claim(0, {}, {"node", "endpoint", "build"}, ignore);
  ASSERT_THAT(session, IsOk());
  const ReaderCheckpoint claimed = (*session)->claimed();
  ClaimantInfo after = {"node", "endpoint", "build", {*claimed.fold.claim}};
  after.on_attempt = [&](const std::string& claim_id) { after.only_after.push_back(claim_id); };
  session->reset();
  Proxy().SetMode(TcpProxy::Mode::kLoseProduced);
  EXPECT_THAT(log_->Claim(0, claimed, after, ignore), StatusIs(absl::StatusCode::kUnavailable));
  Proxy().SetMode(TcpProxy::Mode::kPass);
  // Its claim has won, and nobody holds it.
  EXPECT_THAT(log_->Claim(0, claimed, after, ignore), IsOk());
  // What another process has claimed meanwhile is respected.
  const auto other = OpenStore();
  EXPECT_THAT(ClaimStatus(*other->log(kLog), 0), IsOk());
  EXPECT_THAT(log_->Claim(0, claimed, after, ignore), StatusIs(absl::StatusCode::kAborted));
}

TEST_F(KafkaNetworkTest, EndsSoonAndLeavesNoThreadBehindWhileTheBrokerIsAway) {
  store_.reset();
  options_.request_timeout = options_.append_timeout = absl::Minutes(10);
  options_.ownership_interval = absl::Milliseconds(10);
  const size_t threads = ClientThreads();
  store_ = OpenStore();
  log_ = store_->log(kLog);
  auto tail = log_->Tail({{0, {}}});
  ASSERT_THAT(tail, IsOk());
  auto writer = std::make_unique<LogWriter>(*log_, LogWriter::Options{});
  ASSERT_TRUE(writer->AwaitAcknowledged(10));
  Proxy().SetMode(TcpProxy::Mode::kBlackHole);
  // None of these waits for a time-out above.
  writer.reset();
  (*tail)->Cancel();
  EXPECT_THAT((*tail)->Read(1, absl::Minutes(10)), StatusIs(absl::StatusCode::kCancelled));
  tail->reset();
  store_.reset();
  EXPECT_EQ(ClientThreads(), threads);
}

}  // namespace
}  // namespace sip
