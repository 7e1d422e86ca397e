// Kills sipd while many cases are under way, again and again on one data folder, and holds it to what it promised: what was
// acknowledged is there once, what was not is there wholly or not at all, and the same request gets the same answer, byte for byte.
// A kill comes after a random number of answers, counted, never after a time.
//
//   SIP_KILLS   how often; default 5
//   SIP_SEED    of the random numbers; printed
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "libs/base/mutex.h"
#include "tests/acceptance/case_history.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/acceptance/stored_views.h"

namespace sip {
namespace {

constexpr size_t kCasesAtOnce = 24;
constexpr size_t kMostAnswersBeforeKill = 400;
constexpr size_t kUndisturbedCases = 4;

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t number = otherwise;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

// A case under way, and the answers that its client has.
struct TrackedCase {
  explicit TrackedCase(uint64_t number)
      : story("kill", number, {.contacts = 3, .with_plan = true, .edits = 3, .edit_elements = 3, .text = "Orolig på morgonen."}) {}
  CaseStory story;
  std::vector<std::string> answers;  // By position in the story.
};
using TrackedCasePtr = std::shared_ptr<TrackedCase>;

// What one life of the server saw: plays cases, kCasesAtOnce at a time, until so many answers have come; then calls `enough`, once,
// and lets what is under way end as it may.
class Life {
 public:
  Life(RawClient& client, size_t answers, std::function<TrackedCasePtr()> next_case, std::function<void()> enough)
      : client_(client), answers_(answers), next_case_(std::move(next_case)), enough_(std::move(enough)), ended_(kCasesAtOnce) {}

  // Returns the cases that were touched.
  std::vector<TrackedCasePtr> Live() {
    for (size_t i = 0; i < kCasesAtOnce; ++i) BeginCase();
    ended_.Wait();
    return std::move(touched_);
  }

 private:
  void BeginCase() {
    TrackedCasePtr next;
    if (!over_.load()) {
      MutexLock lock(mutex_);
      next = next_case_();
      if (next != nullptr) touched_.push_back(next);
    }
    if (next == nullptr) return EndOne();
    GoOn(next);
  }

  // The last access to this object.
  void EndOne() { ended_.DecrementCount(); }

  void GoOn(const TrackedCasePtr& tracked) {
    if (tracked->story.done()) return BeginCase();
    if (over_.load()) return EndOne();
    client_.Start(tracked->story.NextCall(), [this, tracked](RawAnswer answer) { Answered(tracked, std::move(answer)); });
  }

  void Answered(const TrackedCasePtr& tracked, RawAnswer answer) {
    if (!answer.status.ok()) {
      EXPECT_TRUE(over_.load()) << tracked->story.NextCall().path << ": " << answer.status.error_message();
      return EndOne();
    }
    EXPECT_TRUE(tracked->story.Answer(answer.response).ok());
    tracked->answers.push_back(std::move(answer.response));
    if (count_.fetch_add(1) + 1 == answers_) {
      over_.store(true);
      enough_();
    }
    GoOn(tracked);
  }

  RawClient& client_;
  const size_t answers_;
  const std::function<TrackedCasePtr()> next_case_;
  const std::function<void()> enough_;
  absl::BlockingCounter ended_;
  std::atomic<size_t> count_{0};
  std::atomic<bool> over_{false};
  Mutex mutex_;
  std::vector<TrackedCasePtr> touched_;
};

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
    Life life(
        *client_, answers, [this] { return NextCase(); }, [this] { ::kill(sipd_->pid(), SIGKILL); });
    const std::vector<TrackedCasePtr> touched = life.Live();
    sipd_->Kill();
    acknowledged_ += answers;
    ASSERT_NO_FATAL_FAILURE(Start());
    for (const TrackedCasePtr& tracked : touched) {
      ASSERT_NO_FATAL_FAILURE(CheckRecords(*tracked));
      ASSERT_NO_FATAL_FAILURE(CheckAnswers(*tracked));
      if (!tracked->story.done()) unfinished_.push_back(tracked);
    }
  }

  // Before anything is sent again: what was acknowledged is there once, what was under way at most once.
  void CheckRecords(const TrackedCase& tracked) {
    // A case whose opening was not acknowledged may not be there; what became of it is seen when it is sent again.
    if (tracked.answers.size() < 2) return;
    const auto history = ReadCaseHistory(channel_, tracked.story.case_id(), kStoryAgency);
    ASSERT_TRUE(history.ok()) << history.status();
    size_t known = 0;
    // The first call is about the person, whom no case owns.
    for (size_t i = 1; i < std::min(tracked.answers.size() + 1, tracked.story.size()); ++i) {
      const auto found = history->records.find(tracked.story.RequestId(i));
      const size_t count = found == history->records.end() ? 0 : found->second;
      known += count;
      if (i < tracked.answers.size()) {
        EXPECT_EQ(count, 1u) << "acknowledged call " << i << " of case " << tracked.story.case_id();
      } else {
        EXPECT_LE(count, 1u) << "unacknowledged call " << i << " of case " << tracked.story.case_id();
        applied_unacknowledged_ += count;
      }
    }
    EXPECT_EQ(known, TotalRecords(*history)) << "nothing else was recorded in case " << tracked.story.case_id();
  }

  static size_t TotalRecords(const CaseHistory& history) {
    size_t total = 0;
    for (const auto& [request_id, count] : history.records) total += count;
    return total;
  }

  // Everything is sent again: acknowledged calls get their old answers, the one that was under way twice the same.
  void CheckAnswers(TrackedCase& tracked) {
    for (size_t i = 0; i < tracked.answers.size(); ++i) {
      const RawAnswer again = client_->Call(tracked.story.PastCall(i));
      ASSERT_TRUE(again.status.ok()) << tracked.story.PastCall(i).path << ": " << again.status.error_message();
      ASSERT_EQ(again.response, tracked.answers[i]) << tracked.story.PastCall(i).path;
    }
    if (tracked.story.done()) return;
    const RawCall pending = tracked.story.NextCall();
    RawAnswer first = client_->Call(pending);
    const RawAnswer second = client_->Call(pending);
    ASSERT_TRUE(first.status.ok()) << pending.path << ": " << first.status.error_message();
    ASSERT_EQ(first.response, second.response) << pending.path;
    ASSERT_TRUE(tracked.story.Answer(first.response).ok());
    tracked.answers.push_back(std::move(first.response));
  }

  // All cases to their ends, and some that were never disturbed.
  void FinishAll() {
    const size_t undisturbed = all_.size();
    const size_t wanted = undisturbed + kUndisturbedCases;
    const auto next = [&]() -> TrackedCasePtr { return unfinished_.empty() && all_.size() == wanted ? nullptr : NextCase(); };
    Life(*client_, SIZE_MAX, next, [] {}).Live();
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
