// Clients that play cases against the separate services, each call to any instance, and again with the same request id until it is
// answered: what agencies' systems do while instances come and go.
#ifndef SIP_TESTS_CLUSTER_CLUSTER_LOAD_H_
#define SIP_TESTS_CLUSTER_CLUSTER_LOAD_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/tracked_cases.h"
#include "tests/cluster/service_cluster.h"

namespace sip {

// Thread-safe but for Stop and what is read after it.
class ClusterLoad {
 public:
  // Where clients may call: by process, the addresses of its instances; the partitions of the logs with cases.
  ClusterLoad(const std::map<std::string, std::vector<std::string>>& addresses, uint32_t partitions);
  ~ClusterLoad() { Stop(); }

  // Begins to play, so many cases at a time.
  void Start(size_t clients);
  // Whether new calls may go to that address: all may at first. An instance that is about to stop is avoided, as a load balancer
  // does that asks for its health.
  void Avoid(const std::string& address, bool avoid);
  // Lets every client finish the call that it has under way, acknowledged.
  void Stop();

  // Sends one call to any instance, again until it is answered with something other than "not now". For checks, too.
  RawAnswer Send(const RawCall& call);

  // After Stop.
  const std::vector<TrackedCasePtr>& cases() const { return cases_; }
  size_t acknowledged() const { return acknowledged_; }
  size_t repeated() const { return repeated_; }
  // The longest that an acknowledged command waited, from its first sending, by process and partition of its case.
  const std::map<std::pair<std::string, uint32_t>, absl::Duration>& longest_waits() const { return longest_waits_; }
  // Calls that got an answer which no repetition can mend: a failure of the test.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void Play();
  TrackedCasePtr NextCase();
  bool PlayCall(TrackedCase& tracked);
  RawClient& AnyClient(const std::string& process);
  bool IsAvoided(const std::string& address);
  void NoteWait(const RawCall& call, const TrackedCase& tracked, absl::Duration wait);

  const uint32_t partitions_;
  struct Client {
    std::string address;
    std::unique_ptr<RawClient> calls;
  };
  std::map<std::string, std::vector<Client>> clients_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> turn_{0};
  std::atomic<size_t> acknowledged_{0};
  std::atomic<size_t> repeated_{0};
  Mutex mutex_;
  std::set<std::string> avoided_ ABSL_GUARDED_BY(mutex_);
  std::vector<TrackedCasePtr> cases_;
  std::map<std::pair<std::string, uint32_t>, absl::Duration> longest_waits_;
  std::vector<std::string> failures_;
};

}  // namespace sip

#endif  // SIP_TESTS_CLUSTER_CLUSTER_LOAD_H_
