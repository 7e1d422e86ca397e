#include "tests/acceptance/tracked_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/acceptance/case_history.h"

namespace sip {
namespace {

constexpr size_t kCasesAtOnce = 24;

size_t TotalRecords(const CaseHistory& history) {
  size_t total = 0;
  for (const auto& [request_id, count] : history.records) total += count;
  return total;
}

}  // namespace

TrackedCase::TrackedCase(uint64_t number)
    : story("kill", number, {.contacts = 3, .with_plan = true, .edits = 3, .edit_elements = 3, .text = "Orolig på morgonen."}) {}

ServerLife::ServerLife(RawClient& client, size_t answers, std::function<TrackedCasePtr()> next_case, std::function<void()> enough)
    : client_(client), answers_(answers), next_case_(std::move(next_case)), enough_(std::move(enough)), ended_(kCasesAtOnce) {}

std::vector<TrackedCasePtr> ServerLife::Live() {
  for (size_t i = 0; i < kCasesAtOnce; ++i) BeginCase();
  ended_.Wait();
  return std::move(touched_);
}

void ServerLife::BeginCase() {
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
void ServerLife::EndOne() { ended_.DecrementCount(); }

void ServerLife::GoOn(const TrackedCasePtr& tracked) {
  if (tracked->story.done()) return BeginCase();
  if (over_.load()) return EndOne();
  client_.Start(tracked->story.NextCall(), [this, tracked](RawAnswer answer) { Answered(tracked, std::move(answer)); });
}

void ServerLife::Answered(const TrackedCasePtr& tracked, RawAnswer answer) {
  if (!answer.status.ok()) {
    EXPECT_TRUE(over_.load()) << tracked->story.NextCall().path << ": " << answer.status.error_message();
    {
      MutexLock lock(mutex_);
      failures_.push_back(answer.status);
    }
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

size_t CheckRecords(const std::shared_ptr<grpc::Channel>& channel, const TrackedCase& tracked) {
  // A case whose opening was not acknowledged may not be there; what became of it is seen when it is sent again.
  if (tracked.answers.size() < 2) return 0;
  const auto history = ReadCaseHistory(channel, tracked.story.case_id(), kStoryAgency);
  EXPECT_TRUE(history.ok()) << history.status();
  if (!history.ok()) return 0;
  size_t known = 0;
  size_t unacknowledged = 0;
  // The first call is about the person, whom no case owns.
  for (size_t i = 1; i < std::min(tracked.answers.size() + 1, tracked.story.size()); ++i) {
    const auto found = history->records.find(tracked.story.RequestId(i));
    const size_t count = found == history->records.end() ? 0 : found->second;
    known += count;
    if (i < tracked.answers.size()) {
      EXPECT_EQ(count, 1u) << "acknowledged call " << i << " of case " << tracked.story.case_id();
    } else {
      EXPECT_LE(count, 1u) << "unacknowledged call " << i << " of case " << tracked.story.case_id();
      unacknowledged += count;
    }
  }
  EXPECT_EQ(known, TotalRecords(*history)) << "nothing else was recorded in case " << tracked.story.case_id();
  return unacknowledged;
}

void CheckAnswers(const std::function<RawAnswer(const RawCall& call)>& send, TrackedCase& tracked) {
  for (size_t i = 0; i < tracked.answers.size(); ++i) {
    const RawAnswer again = send(tracked.story.PastCall(i));
    ASSERT_TRUE(again.status.ok()) << tracked.story.PastCall(i).path << ": " << again.status.error_message();
    ASSERT_EQ(again.response, tracked.answers[i]) << tracked.story.PastCall(i).path;
  }
  if (tracked.story.done()) return;
  const RawCall pending = tracked.story.NextCall();
  RawAnswer first = send(pending);
  const RawAnswer second = send(pending);
  ASSERT_TRUE(first.status.ok()) << pending.path << ": " << first.status.error_message();
  ASSERT_EQ(first.response, second.response) << pending.path;
  ASSERT_TRUE(tracked.story.Answer(first.response).ok());
  tracked.answers.push_back(std::move(first.response));
}

}  // namespace sip
