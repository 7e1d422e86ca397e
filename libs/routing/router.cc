#include "libs/routing/router.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "libs/base/check.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {

// One call on its way from node to node. Owns itself by the callbacks that it waits for.
template <typename Result>
class Router::Call : public std::enable_shared_from_this<Call<Result>> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Result>)>;
  using Ask = std::function<void(PartitionAccess& node, Done done)>;

  Call(Router& router, std::string log, uint32_t partition, absl::Time deadline, Ask ask, Done done)
      : router_(router),
        log_(std::move(log)),
        partition_(partition),
        until_(std::min(deadline, router.parts_.clock.Now() + router.options_.longest_wait)),
        delay_(router.options_.first_delay),
        ask_(std::move(ask)),
        done_(std::move(done)) {}

  void BeginRound() {
    candidates_ = router_.Candidates(log_, partition_);
    next_ = 0;
    AskNext();
  }

 private:
  void AskNext() {
    ask_(*candidates_[next_++], [self = this->shared_from_this()](absl::StatusOr<Result> answer) {
      self->unknown_fate_ = self->unknown_fate_ || IsUnknownFate(answer.status());
      if (IsNotOwner(answer.status())) return self->NotThere();
      self->router_.NoteAnswer(self->log_, self->partition_, self->candidates_[self->next_ - 1]);
      if (!answer.ok() && self->unknown_fate_) answer = RefusalAfterUnknownFate(answer.status());
      self->Finish(std::move(answer));
    });
  }

  void NotThere() {
    const absl::Time now = router_.parts_.clock.Now();
    if (now < until_ && next_ < candidates_.size()) return AskNext();
    if (now + delay_ >= until_) {
      return Finish(RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "No node serves the partition now."));
    }
    router_.parts_.timer.At(now + delay_, [self = this->shared_from_this()] { self->BeginRound(); });
    delay_ = std::min(2 * delay_, router_.options_.longest_delay);
  }

  void Finish(absl::StatusOr<Result> answer) {
    Done done = std::move(done_);
    --router_.under_way_;
    done(std::move(answer));
  }

  Router& router_;
  const std::string log_;
  const uint32_t partition_;
  const absl::Time until_;
  absl::Duration delay_;
  const Ask ask_;
  Done done_;
  std::vector<PartitionAccess*> candidates_;
  size_t next_ = 0;
  bool unknown_fate_ = false;  // Some node may have recorded the command.
};

template <typename Result, typename Ask>
void Router::Begin(const std::string& log, uint32_t partition, absl::Time deadline, Ask ask,
                   absl::AnyInvocable<void(absl::StatusOr<Result>)> done) {
  if (++under_way_ > options_.calls) {
    --under_way_;
    return done(RejectionStatus(Reason::REASON_OVERLOADED));
  }
  std::make_shared<Call<Result>>(*this, log, partition, deadline, std::move(ask), std::move(done))->BeginRound();
}

std::vector<PartitionAccess*> Router::Candidates(const std::string& log, uint32_t partition) const {
  std::vector<PartitionAccess*> candidates = {&parts_.local};
  for (const Peer& peer : parts_.peers) {
    if (peer.logs.empty() || peer.logs.count(log) > 0) candidates.push_back(peer.access);
  }
  const auto to_front = [&](const PartitionAccess* first) {
    std::stable_partition(candidates.begin(), candidates.end(), [first](const auto* node) { return node == first; });
  };
  const PartitionAccess* const claimed = LastOwner(log, partition);
  MutexLock lock(mutex_);
  const auto last = answered_.find({log, partition});
  if (last != answered_.end()) to_front(last->second.node);
  // A reader that lags behind still names the owner of before: the answer was newer.
  if (claimed != nullptr && (last == answered_.end() || last->second.claimed != claimed)) to_front(claimed);
  return candidates;
}

PartitionAccess* Router::LastOwner(const std::string& log, uint32_t partition) const {
  const std::optional<std::string> endpoint = parts_.last_owner ? parts_.last_owner(log, partition) : std::nullopt;
  if (!endpoint.has_value()) return nullptr;
  if (*endpoint == parts_.endpoint) return &parts_.local;
  const auto peer = std::find_if(parts_.peers.begin(), parts_.peers.end(), [&](const Peer& p) { return p.endpoint == *endpoint; });
  return peer == parts_.peers.end() ? nullptr : peer->access;
}

void Router::NoteAnswer(const std::string& log, uint32_t partition, PartitionAccess* node) {
  PartitionAccess* const claimed = LastOwner(log, partition);
  MutexLock lock(mutex_);
  answered_[{log, partition}] = {node, claimed};
}

uint32_t Router::PartitionOfCase(const std::string& log, const Uuid& scope) const {
  const auto count = parts_.partition_counts.find(log);
  SIP_CHECK(count != parts_.partition_counts.end());
  return scope.IsNil() ? 0 : PartitionOf(scope, count->second);
}

void Router::Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) {
  const uint32_t partition = PartitionOfCase(log, request.case_id);
  const absl::Time deadline = request.deadline;
  const auto ask = [log, request = std::move(request)](PartitionAccess& node, CommandExecutor::Done answered) {
    node.Execute(log, request, std::move(answered));
  };
  Begin<CommandAnswer>(log, partition, deadline, ask, std::move(done));
}

void Router::ReadScope(const std::string& log, const Uuid& scope, absl::Time deadline, RecordsDone done) {
  const auto ask = [log, scope, deadline](PartitionAccess& node, RecordsDone answered) {
    node.ReadScope(log, scope, deadline, std::move(answered));
  };
  Begin<std::vector<ValidRecord>>(log, PartitionOfCase(log, scope), deadline, ask, std::move(done));
}

void Router::AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) {
  const auto ask = [log, token, deadline](PartitionAccess& node, ImportDone answered) {
    node.AwaitImport(log, token, deadline, std::move(answered));
  };
  Begin<std::optional<ConsistencyToken>>(log, token.partition, deadline, ask, std::move(done));
}

void Router::Barrier(const std::string& log, uint32_t partition, absl::Time deadline, BarrierDone done) {
  const auto ask = [log, partition, deadline](PartitionAccess& node, BarrierDone answered) {
    node.Barrier(log, partition, deadline, std::move(answered));
  };
  Begin<Watermark>(log, partition, deadline, ask, std::move(done));
}

}  // namespace sip
