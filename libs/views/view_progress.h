// How far a view has read, and who waits until it has read further. Waiting holds no thread: a waiter is an entry here until the
// view moves on, its deadline comes, or the view stops.
#ifndef SIP_LIBS_VIEWS_VIEW_PROGRESS_H_
#define SIP_LIBS_VIEWS_VIEW_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/uuid.h"
#include "libs/engine/timer.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

// How far a view has read one partition.
struct ViewPosition {
  std::string log_name;
  std::string log_id;
  uint32_t partition = 0;
  uint64_t next_idx = 0;    // Every record below is in the rows.
  std::string leaf_prefix;  // First 8 bytes of the leaf of the record before; empty if there is none.
};

// Thread-safe. Callbacks run on the thread that moved the view on, on the timer's, or on the caller's; never under a lock.
class ViewProgress {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;
  // First bytes of the leaf at a place of a log; absent if it is not known. Asked for places that lie too far back to be
  // remembered.
  using LeafLookup = std::function<std::optional<std::string>(absl::string_view log_id, uint32_t partition, uint64_t idx)>;

  struct Options {
    size_t max_waiters = 10'000;
    size_t remembered_leaves = 1024;  // Per partition.
    LeafLookup leaf_lookup{};         // May be null: then older leaves are not compared.
    std::function<void()> wanted{};   // May be null. Told, on the caller's thread, that somebody begins to wait.
  };

  // `timer` and `clock` outlive it.
  ViewProgress(const std::vector<LogIdentity>& logs, Timer& timer, Clock& clock, Options options);
  ~ViewProgress();
  ViewProgress(const ViewProgress&) = delete;
  ViewProgress& operator=(const ViewProgress&) = delete;

  // The rows hold everything below `next_idx`. `leaves` are those of the records just before it, as many as are known, the last one
  // last. A position that does not move on changes nothing.
  void Advance(absl::string_view log_id, uint32_t partition, uint64_t next_idx, absl::Span<const std::string> leaves);
  // A log is not read for now, for that reason; OK: it goes on. Whoever waits does so until the deadline.
  void PauseLog(absl::string_view log_id, const absl::Status& reason);
  // The view has stopped for good: nobody needs to wait any longer.
  void Stop(const absl::Status& reason);

  // OK while it follows its logs; else why it has stopped, or why one of them is not read for now.
  absl::Status status() const;
  // Whether it has stopped for good.
  bool stopped() const;
  // All partitions of all logs, in that order.
  std::vector<ViewPosition> Positions() const;
  // Of each log the partition that holds the case.
  std::vector<ViewPosition> PositionsOf(const Uuid& case_id) const;
  // For metrics.
  size_t waiting() const;

  // Calls `done` exactly once: OK when the rows hold all that the tokens name (tokens of logs that this view does not read count as
  // held). TOKEN_OF_ANOTHER_HISTORY if another record lies at a token's place, NOT_CAUGHT_UP at the deadline or when the view has
  // stopped (KIND_NEWER_THAN_SERVER if that is why), TOKEN_INVALID for a partition that the log does not have, OVERLOADED when too
  // many wait already.
  void WaitFor(absl::Span<const ConsistencyToken> tokens, absl::Time deadline, Done done);

 private:
  class State;
  std::shared_ptr<State> state_;
  Timer& timer_;
};

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_VIEW_PROGRESS_H_
