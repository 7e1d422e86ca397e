// Kills sipd while many cases are under way, again and again on one data folder, and holds it to what it promised: what was
// acknowledged is there once, what was not is there wholly or not at all, and the same request gets the same answer, byte for byte.
// A kill comes after a random number of answers, counted, never after a time.
//
//   SIP_KILLS   how often; default 5
//   SIP_SEED    of the random numbers; printed
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/acceptance/case_history.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/acceptance/stored_views.h"
#include "tests/acceptance/tracked_cases.h"
#include "tests/fault/environment_number.h"

namespace sip {
namespace {

constexpr size_t kMostAnswersBeforeKill = 400;
constexpr size_t kUndisturbedCases = 4;

class KillTest : public testing::Test {
 protected:
  KillTest() : seed_(NumberFromEnvironment("SIP_SEED", 20180301)), random_(seed_) {}
  ~KillTest() override {
    if (HasFailure() && sipd_ != nullptr) {
      sipd_->KeepFolder();
      std::printf("what sipd wrote is in %s\n", sipd_->folder().c_str());
    }
  }

  void Create() {
    auto sipd = SipdProcess::Create({});
    ASSERT_TRUE(sipd.ok()) << sipd.status();
    sipd_ = *std::move(sipd);
    ASSERT_NO_FATAL_FAILURE(Start());
  }

  void Start() {
    const absl::Status started = sipd_->Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<RawClient>(sipd_->address(), 2);
    channel_ = grpc::CreateChannel(sipd_->address(), grpc::InsecureChannelCredentials());
  }

  // The cases that are not finished come first, then new ones.
  TrackedCasePtr NextCase() {
    if (unfinished_.empty()) {
      all_.push_back(std::make_shared<TrackedCase>(all_.size()));
      return all_.back();
    }
    TrackedCasePtr next = unfinished_.front();
    unfinished_.pop_front();
    return next;
  }

  // Runs until the server was killed, and checks after a restart what is left of what was touched.
  void LiveOnce() {
    const size_t answers = 1 + random_() % kMostAnswersBeforeKill;
    SCOPED_TRACE(absl::StrCat("seed ", seed_, ", killed after ", answers, " answers"));
    ServerLife life(
        *client_, answers, [this] { return NextCase(); }, [this] { ::kill(sipd_->pid(), SIGKILL); });
    const std::vector<TrackedCasePtr> touched = life.Live();
    sipd_->Kill();
    acknowledged_ += answers;
    ASSERT_NO_FATAL_FAILURE(Start());
    for (const TrackedCasePtr& tracked : touched) {
      applied_unacknowledged_ += CheckRecords(channel_, *tracked);
      ASSERT_NO_FATAL_FAILURE(CheckAnswers([&](const RawCall& call) { return client_->Call(call); }, *tracked));
      if (!tracked->story.done()) unfinished_.push_back(tracked);
    }
  }

  // All cases to their ends, and some that were never disturbed.
  void FinishAll() {
    const size_t undisturbed = all_.size();
    const size_t wanted = undisturbed + kUndisturbedCases;
    const auto next = [&]() -> TrackedCasePtr { return unfinished_.empty() && all_.size() == wanted ? nullptr : NextCase(); };
    ServerLife(*client_, SIZE_MAX, next, [] {}).Live();
    for (const TrackedCasePtr& tracked : all_) ASSERT_TRUE(tracked->story.done());
    reference_ = all_[undisturbed];
  }

  // Every case ended with the same records as one that was never disturbed. What the contexts take from each other comes a little
  // later than the answers: it is asked for until it is there.
  void CheckShapes() {
    const absl::Time deadline = absl::Now() + absl::Minutes(2);
    std::vector<std::string> expected;
    for (;;) {
      const auto history = ReadCaseHistory(channel_, reference_->story.case_id(), kStoryAgency);
      ASSERT_TRUE(history.ok()) << history.status();
      expected = history->shape;
      // Complete when every other case agrees; a case that never does fails below.
      if (std::all_of(all_.begin(), all_.end(), [&](const auto& tracked) { return ShapeIs(*tracked, expected); })) return;
      if (absl::Now() > deadline) break;
    }
    for (const TrackedCasePtr& tracked : all_) {
      const auto history = ReadCaseHistory(channel_, tracked->story.case_id(), kStoryAgency);
      ASSERT_TRUE(history.ok()) << history.status();
      EXPECT_EQ(history->shape, expected) << tracked->story.case_id();
    }
  }

  bool ShapeIs(const TrackedCase& tracked, const std::vector<std::string>& expected) {
    const auto history = ReadCaseHistory(channel_, tracked.story.case_id(), kStoryAgency);
    return history.ok() && history->shape == expected;
  }

  // Views that were folded across all those restarts hold what the log says, and so do those that are built anew.
  void CheckViews() {
    ASSERT_EQ(sipd_->Terminate().value_or(-1), 0);
    ASSERT_EQ(CheckStoredViews(sipd_->data_dir()), absl::OkStatus());
    ASSERT_EQ(DeleteStoredViews(sipd_->data_dir()), absl::OkStatus());
    ASSERT_NO_FATAL_FAILURE(Start());
    ASSERT_EQ(sipd_->Terminate().value_or(-1), 0);
    ASSERT_EQ(CheckStoredViews(sipd_->data_dir()), absl::OkStatus());
  }

  const uint64_t seed_;
  std::mt19937_64 random_;
  std::unique_ptr<SipdProcess> sipd_;
  std::unique_ptr<RawClient> client_;
  std::shared_ptr<grpc::Channel> channel_;
  std::vector<TrackedCasePtr> all_;
  std::deque<TrackedCasePtr> unfinished_;
  TrackedCasePtr reference_;
  size_t acknowledged_ = 0;
  size_t applied_unacknowledged_ = 0;
};

TEST_F(KillTest, WhatWasAcknowledgedIsThereOnceAndTheRestWhollyOrNotAtAll) {
  const uint64_t kills = NumberFromEnvironment("SIP_KILLS", 5);
  ASSERT_NO_FATAL_FAILURE(Create());
  for (uint64_t i = 0; i < kills; ++i) {
    SCOPED_TRACE(absl::StrCat("kill ", i + 1));
    ASSERT_NO_FATAL_FAILURE(LiveOnce());
  }
  ASSERT_NO_FATAL_FAILURE(FinishAll());
  ASSERT_NO_FATAL_FAILURE(CheckShapes());
  ASSERT_NO_FATAL_FAILURE(CheckViews());
  std::printf("%d kills, seed %d: %d cases, %d calls acknowledged before a kill, %d recorded without having been acknowledged\n",
              static_cast<int>(kills), static_cast<int>(seed_), static_cast<int>(all_.size()), static_cast<int>(acknowledged_),
              static_cast<int>(applied_unacknowledged_));
}

}  // namespace
}  // namespace sip
