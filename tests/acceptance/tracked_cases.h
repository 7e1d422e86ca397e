// Cases that clients play against a sipd that may end at any moment, what they were answered, and whether it is kept to.
#ifndef SIP_TESTS_ACCEPTANCE_TRACKED_CASES_H_
#define SIP_TESTS_ACCEPTANCE_TRACKED_CASES_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "grpcpp/channel.h"
#include "libs/base/mutex.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"

namespace sip {

// A case under way, and the answers that its client has.
struct TrackedCase {
  explicit TrackedCase(uint64_t number);
  CaseStory story;
  std::vector<std::string> answers;  // By position in the story.
};
using TrackedCasePtr = std::shared_ptr<TrackedCase>;

// What one life of the server saw: plays cases, some at a time, until so many answers have come; then calls `enough`, once, and
// lets what is under way end as it may. A call that fails before is a failure of the test.
class ServerLife {
 public:
  // `next_case` gives null when there are no more.
  ServerLife(RawClient& client, size_t answers, std::function<TrackedCasePtr()> next_case, std::function<void()> enough);

  // Returns the cases that were touched.
  std::vector<TrackedCasePtr> Live();
  // What calls failed with after `enough`. After Live.
  const std::vector<grpc::Status>& failures() const { return failures_; }

 private:
  void BeginCase();
  void EndOne();
  void GoOn(const TrackedCasePtr& tracked);
  void Answered(const TrackedCasePtr& tracked, RawAnswer answer);

  RawClient& client_;
  const size_t answers_;
  const std::function<TrackedCasePtr()> next_case_;
  const std::function<void()> enough_;
  absl::BlockingCounter ended_;
  std::atomic<size_t> count_{0};
  std::atomic<bool> over_{false};
  Mutex mutex_;
  std::vector<TrackedCasePtr> touched_;
  std::vector<grpc::Status> failures_;
};

// To be called before anything is sent again: what was acknowledged is there once, what was under way at most once. Returns how
// many calls were recorded without having been acknowledged.
size_t CheckRecords(const std::shared_ptr<grpc::Channel>& channel, const TrackedCase& tracked);

// Sends everything again: acknowledged calls get their old answers, the one that was under way twice the same.
void CheckAnswers(const std::function<RawAnswer(const RawCall& call)>& send, TrackedCase& tracked);

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_TRACKED_CASES_H_
