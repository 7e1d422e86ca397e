#include "libs/node/rule_set_follower.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/mutex.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/rules/load.h"
#include "libs/telemetry/log.h"
#include "sip/rules/v1/rule_set_events.pb.h"
#include "sip/rules/v1/rule_set_service.pb.h"

namespace sip {
namespace {

constexpr size_t kBatchRecords = 1000;
constexpr absl::Duration kWait = absl::Milliseconds(100);

void ApplyTo(RuleBook& book, const RecordedCommand& record) {
  for (const RecordedEvent& event : record.events) book.Apply(static_cast<const rules::v1::RuleSetEvent&>(*event.event));
}

// Carries a command out and waits for its answer.
absl::StatusOr<CommandAnswer> ExecuteAndWait(CommandExecutor& executor, CommandRequest request) {
  Mutex mutex;
  CondVar answered;
  std::optional<absl::StatusOr<CommandAnswer>> answer;
  executor.Execute(std::move(request), [&](absl::StatusOr<CommandAnswer> value) {
    MutexLock lock(mutex);
    answer = std::move(value);
    answered.NotifyAll();
  });
  mutex.Lock();
  while (!answer.has_value()) answered.Wait(mutex);
  mutex.Unlock();
  return *std::move(answer);
}

CommandRequest PublishCommand(const rules::v1::RuleSet& rule_set, const std::string& digest, absl::Time deadline) {
  CommandRequest request;
  request.request_id = MakeUuidV8(Sha256Of({"sip-publish-rule-set/v1", digest}));
  request.deadline = deadline;
  request.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
  auto command = std::make_shared<rules::v1::RuleSetCommand>();
  command->mutable_publish_rule_set()->set_request_id(request.request_id.ToString());
  *command->mutable_publish_rule_set()->mutable_rule_set() = rule_set;
  request.command = std::move(command);
  return request;
}

}  // namespace

RuleSetFollower::RuleSetFollower(EventLog& rules, const Codec& codec, RuleBook& book)
    : rules_(rules),
      codec_(codec),
      book_(book),
      follower_(rules, LogFollower::Handlers{[] { return std::vector<TailStart>{TailStart{}}; },
                                             [this](const TailBatch& batch) { return Apply(batch); },
                                             [](const absl::Status& why) {
                                               LogError("rule_sets_stand_still", {{"why", OperatorText(why.message())}});
                                             }}) {}

absl::Status RuleSetFollower::Apply(const TailBatch& batch) {
  for (const ValidRecordPtr& stored : batch.records) {
    SIP_ASSIGN_OR_RETURN(const RecordedCommand record, codec_.Decode(*stored, rules_.identity().name, DecodeOptions{}));
    ApplyTo(book_, record);
  }
  return absl::OkStatus();
}

absl::Status RuleSetFollower::CatchUpAndFollow(absl::Duration limit) {
  const absl::Duration until = MonotonicNow() + limit;
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<LogTail> tail, rules_.Tail({TailStart{}}));
  bool at_end = false;
  while (!at_end) {
    if (MonotonicNow() > until) return absl::UnavailableError("the rule sets in the log could not be read in time");
    SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(kBatchRecords, kWait));
    SIP_RETURN_IF_ERROR(Apply(batch));
    at_end = batch.at_end;
  }
  // From the beginning once more: what is known already changes nothing.
  follower_.StartThread();
  return absl::OkStatus();
}

absl::Status PublishRuleSets(const std::string& folder, CommandExecutor& rules, RuleBook& book, absl::Time deadline) {
  SIP_ASSIGN_OR_RETURN(const std::vector<rules::v1::RuleSet> rule_sets, LoadRuleSets(folder));
  for (const rules::v1::RuleSet& rule_set : rule_sets) {
    const std::string digest = RuleSetDigest(rule_set);
    if (book.FindByDigest(digest) != nullptr) continue;
    const absl::StatusOr<CommandAnswer> answer = ExecuteAndWait(rules, PublishCommand(rule_set, digest, deadline));
    if (!answer.ok()) {
      return absl::Status(answer.status().code(),
                          absl::StrCat("rule set ", rule_set.id(), " of ", folder, ": ", answer.status().message()));
    }
    // What the log now holds is applied at once; the follower meets it again without effect.
    ApplyTo(book, *answer->record);
  }
  return absl::OkStatus();
}

}  // namespace sip
