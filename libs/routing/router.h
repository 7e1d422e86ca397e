// Finds the owner of a partition: this node or one of its peers; whom the log's last Claim names is asked first, or who has
// answered since. Whoever is asked may have lost it a moment ago, and while it moves nobody has it: the router asks again, with the
// same request id, until the caller's deadline.
#ifndef SIP_LIBS_ROUTING_ROUTER_H_
#define SIP_LIBS_ROUTING_ROUTER_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/engine/timer.h"
#include "libs/routing/partition_access.h"

namespace sip {

// Thread-safe. Destroy it when no call is under way.
class Router final : public PartitionAccess {
 public:
  struct Peer {
    PartitionAccess* access = nullptr;
    std::set<std::string> logs{};  // That it may own partitions of; empty: any.
    std::string endpoint{};        // Where it answers, as its Claims say.
  };
  struct Parts {
    PartitionAccess& local;
    Clock& clock;
    Timer& timer;
    std::map<std::string, uint32_t> partition_counts;  // By log.
    std::vector<Peer> peers;
    std::string endpoint{};  // Of this node.
    // EventLog::LastOwner of the logs that this process reads; may be null.
    std::function<std::optional<std::string>(const std::string& log, uint32_t partition)> last_owner{};
  };
  struct Options {
    // Between two rounds of asking everybody; doubled each time up to the second.
    absl::Duration first_delay = absl::Milliseconds(10);
    absl::Duration longest_delay = absl::Milliseconds(250);
    // What nobody owns waits no longer than this, even if its deadline lies further away.
    absl::Duration longest_wait = absl::Seconds(30);
    // More calls under way are refused as OVERLOADED.
    size_t calls = 10'000;
  };

  Router(Parts parts, Options options) : parts_(std::move(parts)), options_(options) {}

  void Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) override;
  void ReadScope(const std::string& log, const Uuid& scope, absl::Time deadline, RecordsDone done) override;
  void AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) override;
  void Barrier(const std::string& log, uint32_t partition, absl::Time deadline, BarrierDone done) override;

  size_t calls_under_way() const { return under_way_; }

 private:
  template <typename Result>
  class Call;
  template <typename Result, typename Ask>
  void Begin(const std::string& log, uint32_t partition, absl::Time deadline, Ask ask,
             absl::AnyInvocable<void(absl::StatusOr<Result>)> done);
  // All nodes that may own it: who answered last, before that one whom a Claim names that was met since; this node, the others.
  std::vector<PartitionAccess*> Candidates(const std::string& log, uint32_t partition) const;
  // The node that the last Claim names; null if it is not known, or no node of ours.
  PartitionAccess* LastOwner(const std::string& log, uint32_t partition) const;
  void NoteAnswer(const std::string& log, uint32_t partition, PartitionAccess* node);
  uint32_t PartitionOfCase(const std::string& log, const Uuid& scope) const;

  const Parts parts_;
  const Options options_;
  std::atomic<size_t> under_way_{0};
  mutable Mutex mutex_;
  struct Answered {
    PartitionAccess* node = nullptr;
    PartitionAccess* claimed = nullptr;  // Whom the last Claim named then.
  };
  // Who answered last.
  std::map<std::pair<std::string, uint32_t>, Answered> answered_ ABSL_GUARDED_BY(mutex_);
};

// The commands of one log through a router: what the services are given.
class RoutedExecutor final : public CommandExecutor {
 public:
  RoutedExecutor(PartitionAccess& router, std::string log) : router_(router), log_(std::move(log)) {}
  void Execute(CommandRequest request, Done done) override { router_.Execute(log_, std::move(request), std::move(done)); }

 private:
  PartitionAccess& router_;
  const std::string log_;
};

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_ROUTER_H_
