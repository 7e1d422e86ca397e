#include "tests/benchmark/load.h"

#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "libs/base/mutex.h"
#include "tests/benchmark/flags.h"

namespace sip {
namespace {

void CheckAnswered(const RawCall& call, const grpc::Status& status) {
  if (status.ok()) return;
  Die(absl::StrCat(call.path, " was answered with ", static_cast<int>(status.error_code()), ": ", status.error_message()));
}

// One run of RunLoad.
class Load {
 public:
  Load(RawClient& client, size_t in_flight, const std::vector<RawCall>& calls) : client_(client), calls_(calls), slots_(in_flight) {
    result_.seconds.resize(calls.size());
  }

  LoadResult Run() {
    absl::BlockingCounter ended(static_cast<int>(slots_));
    ended_ = &ended;
    const absl::Time begun = absl::Now();
    for (size_t i = 0; i < slots_; ++i) Next();
    ended.Wait();
    result_.took = absl::Now() - begun;
    return std::move(result_);
  }

 private:
  void Next() {
    const size_t index = next_.fetch_add(1);
    if (index >= calls_.size()) {
      ended_->DecrementCount();
      return;
    }
    const absl::Time begun = absl::Now();
    client_.Start(calls_[index], [this, index, begun](const RawAnswer& answer) {
      CheckAnswered(calls_[index], answer.status);
      result_.seconds[index] = absl::ToDoubleSeconds(absl::Now() - begun);
      if (index + 1 == calls_.size()) result_.response_bytes = answer.response.size();
      Next();
    });
  }

  RawClient& client_;
  const std::vector<RawCall>& calls_;
  const size_t slots_;
  std::atomic<size_t> next_{0};
  absl::BlockingCounter* ended_ = nullptr;
  LoadResult result_;
};

// One run of PlayStories.
class Stories {
 public:
  Stories(const ClientOf& client_of, size_t in_flight, size_t count, const std::function<CaseStory(size_t)>& make,
          const std::function<void(size_t, CaseStory)>& finished)
      : client_of_(client_of), count_(count), make_(make), finished_(finished), ended_(static_cast<int>(in_flight)) {
    for (size_t i = 0; i < in_flight; ++i) Begin();
    ended_.Wait();
  }

 private:
  void Begin() {
    const size_t index = next_.fetch_add(1);
    if (index >= count_) {
      ended_.DecrementCount();
      return;
    }
    GoOn(index, std::make_shared<CaseStory>(make_(index)));
  }

  void GoOn(size_t index, const std::shared_ptr<CaseStory>& story) {
    if (story->done()) {
      {
        MutexLock lock(mutex_);
        finished_(index, std::move(*story));
      }
      return Begin();
    }
    const RawCall call = story->NextCall();
    client_of_(call).Start(call, [this, index, story, call](const RawAnswer& answer) {
      CheckAnswered(call, answer.status);
      if (const absl::Status read = story->Answer(answer.response); !read.ok()) Die(read.ToString());
      GoOn(index, story);
    });
  }

  const ClientOf& client_of_;
  const size_t count_;
  const std::function<CaseStory(size_t)>& make_;
  const std::function<void(size_t, CaseStory)>& finished_;
  std::atomic<size_t> next_{0};
  Mutex mutex_;
  absl::BlockingCounter ended_;
};

}  // namespace

LoadResult RunLoad(RawClient& client, size_t in_flight, const std::vector<RawCall>& calls) {
  return Load(client, in_flight, calls).Run();
}

void PlayStories(const ClientOf& client_of, size_t in_flight, size_t count, const std::function<CaseStory(size_t)>& make,
                 const std::function<void(size_t, CaseStory)>& finished) {
  Stories(client_of, in_flight, count, make, finished);
}

}  // namespace sip
