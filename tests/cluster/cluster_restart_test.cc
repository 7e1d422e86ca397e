// Instances of the separate services that are killed, frozen and restarted under load: nothing that was acknowledged is lost or
// doubled, and the same request gets the same answer. The longest that a command waited is reported by partition.
//
//   SIP_SECONDS   how long; default 30
//   SIP_SEED      of the random numbers; printed
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "tests/cluster/cluster_load.h"
#include "tests/cluster/independent_reading.h"
#include "tests/cluster/service_cluster.h"
#include "tests/fault/environment_number.h"

namespace sip {
namespace {

constexpr size_t kClients = 8;

class ClusterRestartTest : public testing::Test {
 protected:
  void SetUp() override {
    auto cluster = ServiceCluster::Start({});
    ASSERT_TRUE(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
    std::map<std::string, std::vector<std::string>> addresses;
    for (const ServiceInstance& instance : cluster_->instances()) {
      addresses[instance.process].push_back(instance.server->address());
    }
    load_ = std::make_unique<ClusterLoad>(addresses, ServiceClusterOptions{}.partitions);
  }
  void TearDown() override {
    if (load_ != nullptr) load_->Stop();
    if (!HasFailure() || cluster_ == nullptr) return;
    cluster_->KeepFolder();
    std::cerr << "what the instances said stays in " << cluster_->folder() << "\n";
  }

  // Longer than the group waits for it: others take over what it has, and it does not know.
  void FreezeOne() {
    const ServiceInstance& victim = cluster_->instances()[random_() % cluster_->instances().size()];
    victim.server->Signal(SIGSTOP);
    Pause().Take(absl::Seconds(8));
    victim.server->Signal(SIGCONT);
  }

  // Kills any one, and starts it again after a moment.
  void KillOne() {
    const ServiceInstance& victim = cluster_->instances()[random_() % cluster_->instances().size()];
    victim.server->Kill();
    Pause().Take(absl::Milliseconds(random_() % 3000));
    const absl::Status back = victim.server->Start();
    ASSERT_TRUE(back.ok()) << victim.name << ": " << back;
  }

  // Everything that was sent is there once, and is answered the same again.
  void CheckCases() {
    for (const std::string& failure : load_->failures()) ADD_FAILURE() << failure;
    ASSERT_GT(load_->acknowledged(), 0u);
    const std::string views = cluster_->AnyAddressOf("sip.history.v1.HistoryService");
    const auto channel = grpc::CreateChannel(views, grpc::InsecureChannelCredentials());
    for (const TrackedCasePtr& tracked : load_->cases()) {
      EXPECT_EQ(CheckRecords(channel, *tracked), 0u) << "everything that was sent has been acknowledged";
      ASSERT_NO_FATAL_FAILURE(CheckAnswers([&](const RawCall& call) { return load_->Send(call); }, *tracked));
    }
  }

  // The independent reader finds what the clients were told, and nothing that they did not send.
  void CompareWithReader() {
    const auto recorded = CountRecordedCommands(*cluster_, kStoryAgency);
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    std::set<std::string> acknowledged;
    for (const TrackedCasePtr& tracked : load_->cases()) {
      for (size_t i = 0; i < tracked->answers.size(); ++i) acknowledged.insert(tracked->story.RequestId(i));
    }
    EXPECT_EQ(acknowledged.size(), recorded->size());
    for (const auto& [id, count] : *recorded) {
      EXPECT_EQ(count, 1u) << id;
      EXPECT_EQ(acknowledged.count(id), 1u) << "nobody was told of " << id;
    }
  }

  void PrintReport(const char* what, uint64_t count) const {
    std::printf("%d %s, seed %d: %d cases, %d commands acknowledged, %d sendings repeated\n", static_cast<int>(count), what,
                static_cast<int>(seed_), static_cast<int>(load_->cases().size()), static_cast<int>(load_->acknowledged()),
                static_cast<int>(load_->repeated()));
    for (const auto& [place, wait] : load_->longest_waits()) {
      std::printf("  %-15s partition %d: longest wait %s\n", place.first.c_str(), static_cast<int>(place.second),
                  absl::FormatDuration(absl::Trunc(wait, absl::Milliseconds(1))).c_str());
    }
  }

  const uint64_t seed_ = NumberFromEnvironment("SIP_SEED", 20180301);
  std::mt19937_64 random_{seed_};
  std::unique_ptr<ServiceCluster> cluster_;
  std::unique_ptr<ClusterLoad> load_;
};

TEST_F(ClusterRestartTest, NothingIsLostOrDoubled) {
  const absl::Duration end = MonotonicNow() + absl::Seconds(NumberFromEnvironment("SIP_SECONDS", 30));
  load_->Start(kClients);
  uint64_t blows = 0;
  while (MonotonicNow() < end) {
    if (++blows % 4 == 0) {
      FreezeOne();
    } else {
      ASSERT_NO_FATAL_FAILURE(KillOne());
    }
  }
  load_->Stop();
  ASSERT_NO_FATAL_FAILURE(CheckCases());
  ASSERT_NO_FATAL_FAILURE(CompareWithReader());
  PrintReport("kills and freezes", blows);
}

TEST_F(ClusterRestartTest, ARollingRestartFailsNoCall) {
  load_->Start(kClients);
  for (const ServiceInstance& instance : cluster_->instances()) {
    load_->Avoid(instance.server->address(), true);
    Pause().Take(absl::Milliseconds(300));
    ASSERT_EQ(instance.server->Terminate().value_or(-1), 0) << instance.name;
    ASSERT_EQ(instance.server->Start(), absl::OkStatus()) << instance.name;
    load_->Avoid(instance.server->address(), false);
  }
  load_->Stop();
  EXPECT_EQ(load_->repeated(), 0u) << "calls to instances that were not being restarted failed";
  ASSERT_NO_FATAL_FAILURE(CheckCases());
  PrintReport("restarts", cluster_->instances().size());
}

}  // namespace
}  // namespace sip
