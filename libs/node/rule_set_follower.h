// The rule sets that are published, as this node knows them: a book that follows the log sip.rules, and the publishing of those in
// a folder.
#ifndef SIP_LIBS_NODE_RULE_SET_FOLLOWER_H_
#define SIP_LIBS_NODE_RULE_SET_FOLLOWER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/codec/codec.h"
#include "libs/engine/command_executor.h"
#include "libs/engine/log_follower.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/rules/rule_book.h"

namespace sip {

// Not thread-safe, but for the book.
class RuleSetFollower {
 public:
  // All of them outlive it.
  RuleSetFollower(EventLog& rules, const Codec& codec, RuleBook& book);

  // Applies what the log holds now, and goes on following on a thread. UNAVAILABLE if that takes longer than `limit`.
  absl::Status CatchUpAndFollow(absl::Duration limit);
  void Stop() { follower_.Stop(); }

 private:
  absl::Status Apply(const TailBatch& batch);

  EventLog& rules_;
  const Codec& codec_;
  RuleBook& book_;
  LogFollower follower_;
};

// Publishes the sets in the folder that the book does not have, each under a request id of its own that every node makes alike: two
// nodes that start at once publish it once. Blocks until `deadline` at most. A status names the set and what is
// wrong with it.
absl::Status PublishRuleSets(const std::string& folder, CommandExecutor& rules, RuleBook& book, absl::Time deadline);

}  // namespace sip

#endif  // SIP_LIBS_NODE_RULE_SET_FOLLOWER_H_
