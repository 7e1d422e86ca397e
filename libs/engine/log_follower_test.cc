// What becomes of a follower when its log or a handler cannot go on.
#include "libs/engine/log_follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/log_memory/memory_log.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_log.h"

namespace sip {
namespace {

using testing::ElementsAre;

class LogFollowerTest : public testing::Test {
 protected:
  // Begins to follow, at the log's beginning; `batch` answers each batch.
  void Follow(std::function<absl::Status(const TailBatch&)> batch) {
    follower_ = std::make_unique<LogFollower>(
        *store_.log("sip.notes"), LogFollower::Handlers{
                                      [this] { return Start(); },
                                      [this, batch = std::move(batch)](const TailBatch& read) { return Take(read, batch); },
                                      [this](const absl::Status& why) { Note(failed_, why); },
                                      [this](const absl::Status& why) { Note(waited_, why); },
                                  });
    follower_->StartThread();
  }
  static absl::Status Accept(const TailBatch& /*batch*/) { return absl::OkStatus(); }

  absl::StatusOr<std::vector<TailStart>> Start() {
    MutexLock lock(mutex_);
    ++starts_;
    return std::vector<TailStart>{TailStart{}};
  }
  absl::Status Take(const TailBatch& read, const std::function<absl::Status(const TailBatch&)>& batch) {
    absl::Status answer = batch(read);
    MutexLock lock(mutex_);
    if (answer.ok()) {
      for (const ValidRecordPtr& record : read.records) taken_.push_back(record->idx);
    }
    changed_.NotifyAll();
    return answer;
  }
  void Note(std::vector<absl::Status>& into, const absl::Status& why) {
    MutexLock lock(mutex_);
    into.push_back(why);
    changed_.NotifyAll();
  }
  // Reads a member that the follower's thread writes.
  template <typename Value>
  Value Now(const Value& member) {
    MutexLock lock(mutex_);
    return member;
  }
  void Await(const std::function<bool()>& holds) {
    const absl::Time deadline = SystemClock().Now() + absl::Minutes(1);
    MutexLock lock(mutex_);
    while (!holds()) {
      ASSERT_LT(SystemClock().Now(), deadline);
      changed_.WaitWithTimeout(mutex_, absl::Seconds(1));
    }
  }

  MemoryLogStore store_{{.logs = {{"sip.notes", 1}}}};
  NotesWriter writer_{*store_.log("sip.notes"), 0};
  Mutex mutex_;
  CondVar changed_;
  int starts_ = 0;
  std::vector<uint64_t> taken_;
  std::vector<absl::Status> failed_;
  std::vector<absl::Status> waited_;
  std::unique_ptr<LogFollower> follower_;
};

TEST_F(LogFollowerTest, ALogThatIsAwayIsReadAgainFromTheStartAndItIsToldBothTimes) {
  writer_.Write("karl", "1");
  store_.set_faults({.lose_reader = 1});
  Follow(Accept);
  Await([this] { return waited_.size() == 3; });
  store_.set_faults({});
  Await([this] { return !taken_.empty(); });
  follower_->Stop();
  EXPECT_THAT(taken_, ElementsAre(0));
  EXPECT_THAT(waited_.front(), StatusIs(absl::StatusCode::kUnavailable, "sip.notes"));
  EXPECT_THAT(waited_.back(), IsOk());
  EXPECT_EQ(starts_, static_cast<int>(waited_.size()));
  EXPECT_TRUE(failed_.empty());
}

TEST_F(LogFollowerTest, ABatchThatCouldNotBeTakenNowComesAgain) {
  writer_.Write("karl", "1");
  int calls = 0;
  Follow([&calls](const TailBatch&) { return ++calls < 3 ? absl::UnavailableError("later") : absl::OkStatus(); });
  Await([this] { return !taken_.empty(); });
  follower_->Stop();
  EXPECT_THAT(taken_, ElementsAre(0));
  EXPECT_EQ(starts_, 3);
  EXPECT_TRUE(failed_.empty());
}

TEST_F(LogFollowerTest, AnyOtherErrorEndsTheFollowingForGood) {
  for (const absl::StatusCode code : {absl::StatusCode::kDataLoss, absl::StatusCode::kInternal, absl::StatusCode::kUnimplemented}) {
    failed_.clear();
    waited_.clear();
    starts_ = 0;
    writer_.Write("karl", absl::StrCat("text ", static_cast<int>(code)));
    Follow([code](const TailBatch&) { return absl::Status(code, "this cannot go on"); });
    Await([this] { return !failed_.empty(); });
    follower_->Stop();
    EXPECT_THAT(failed_, ElementsAre(StatusIs(code, "this cannot go on")));
    EXPECT_TRUE(waited_.empty());
    EXPECT_EQ(starts_, 1);
  }
}

// Else each command that waits for imports would make a log that is away be asked at once.
TEST_F(LogFollowerTest, ALogThatIsAwayIsAskedWithPausesEvenIfSomebodyIsInAHurry) {
  store_.set_faults({.lose_reader = 1});
  Follow(Accept);
  const absl::Time end = SystemClock().Now() + absl::Milliseconds(300);
  while (SystemClock().Now() < end) follower_->Hurry();
  // After 50, 150 and 350 ms.
  EXPECT_LE(Now(starts_), 4);
  follower_->Stop();
}

// Without its end the pause would last for seconds by then.
TEST_F(LogFollowerTest, StopEndsThePauseBeforeTheNextAttempt) {
  store_.set_faults({.lose_reader = 1});
  Follow(Accept);
  Await([this] { return waited_.size() == 6; });
  const absl::Time begun = SystemClock().Now();
  follower_->Stop();
  EXPECT_LT(SystemClock().Now() - begun, absl::Seconds(1));
}

}  // namespace
}  // namespace sip
