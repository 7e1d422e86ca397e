#include "tests/cluster/cluster_load.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(20);
// Longer than anything that is expected to heal takes.
constexpr absl::Duration kPatience = absl::Minutes(2);

// What became of the command is not known, or it was not the time: the same request id tells.
bool MayBeRepeated(const grpc::Status& status) {
  const grpc::StatusCode code = status.error_code();
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

}  // namespace

ClusterLoad::ClusterLoad(const std::map<std::string, std::vector<std::string>>& addresses, uint32_t partitions)
    : partitions_(partitions) {
  for (const auto& [process, of_process] : addresses) {
    for (const std::string& address : of_process) clients_[process].push_back({address, std::make_unique<RawClient>(address, 1)});
  }
}

void ClusterLoad::Start(size_t clients) {
  for (size_t i = 0; i < clients; ++i) threads_.emplace_back([this] { Play(); });
}

void ClusterLoad::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

RawClient& ClusterLoad::AnyClient(const std::string& process) {
  const std::vector<Client>& clients = clients_.at(process);
  for (size_t tries = 0; tries < clients.size(); ++tries) {
    const Client& client = clients[turn_.fetch_add(1) % clients.size()];
    if (!IsAvoided(client.address)) return *client.calls;
  }
  return *clients.front().calls;
}

bool ClusterLoad::IsAvoided(const std::string& address) {
  MutexLock lock(mutex_);
  return avoided_.count(address) > 0;
}

void ClusterLoad::Avoid(const std::string& address, bool avoid) {
  MutexLock lock(mutex_);
  if (avoid) {
    avoided_.insert(address);
  } else {
    avoided_.erase(address);
  }
}

RawAnswer ClusterLoad::Send(const RawCall& call) {
  const std::string process = ProcessOf(ServiceOf(call));
  const absl::Duration until = MonotonicNow() + kPatience;
  RawAnswer answer = AnyClient(process).Call(call);
  while (MayBeRepeated(answer.status) && MonotonicNow() < until) {
    Pause().Take(kPause);
    ++repeated_;
    answer = AnyClient(process).Call(call);
  }
  return answer;
}

TrackedCasePtr ClusterLoad::NextCase() {
  MutexLock lock(mutex_);
  cases_.push_back(std::make_shared<TrackedCase>(cases_.size()));
  return cases_.back();
}

void ClusterLoad::Play() {
  while (!stopping_) {
    const TrackedCasePtr tracked = NextCase();
    while (!stopping_ && !tracked->story.done()) {
      if (!PlayCall(*tracked)) return;
    }
  }
}

bool ClusterLoad::PlayCall(TrackedCase& tracked) {
  const RawCall call = tracked.story.NextCall();
  const absl::Duration sent = MonotonicNow();
  RawAnswer answer = Send(call);
  absl::Status understood = absl::OkStatus();
  if (answer.status.ok()) understood = tracked.story.Answer(answer.response);
  if (!answer.status.ok() || !understood.ok()) {
    MutexLock lock(mutex_);
    failures_.push_back(absl::StrCat(call.path, ": ", answer.status.error_message(), understood.message()));
    return false;
  }
  tracked.answers.push_back(std::move(answer.response));
  ++acknowledged_;
  NoteWait(call, tracked, MonotonicNow() - sent);
  return true;
}

void ClusterLoad::NoteWait(const RawCall& call, const TrackedCase& tracked, absl::Duration wait) {
  const std::string process = ProcessOf(ServiceOf(call));
  const std::optional<Uuid> case_id = Uuid::Parse(tracked.story.case_id());
  if (!case_id.has_value()) return;
  MutexLock lock(mutex_);
  absl::Duration& longest = longest_waits_[{process, PartitionOf(*case_id, partitions_)}];
  longest = std::max(longest, wait);
}

}  // namespace sip
