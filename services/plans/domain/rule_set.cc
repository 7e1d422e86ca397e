#include "services/plans/domain/rule_set.h"

#include "libs/base/sha256.h"
#include "libs/domain/checks.h"
#include "libs/rules/rule_book.h"
#include "libs/rules/rule_set_check.h"

namespace sip {
namespace {

using rules::v1::PublishRuleSetRequest;
using rules::v1::RuleSetCommand;
using rules::v1::RuleSetEvent;

bool MayPublish(const rules::v1::RuleSet& rule_set, const DecisionContext& context) {
  if (context.actor.assurance() == common::v1::IDENTITY_ASSURANCE_SYSTEM) return true;
  const rules::v1::Agency* agency = context.agencies->Find(context.actor.agency_id());
  return agency != nullptr && agency->kind() == rules::v1::AGENCY_KIND_REGION && agency->rule_set_owner() == rule_set.owner();
}

Decision<RuleSetEvent> DecidePublish(const RuleSetState& state, const PublishRuleSetRequest& request,
                                     const DecisionContext& context) {
  const rules::v1::RuleSet& rule_set = request.rule_set();
  const std::string digest = RuleSetDigest(rule_set);
  Violations violations;
  CheckOccurredAt(context, std::nullopt, violations);
  CheckRuleSet(rule_set, "rule_set.", violations);
  if (!MayPublish(rule_set, context)) violations.Add(Reason::REASON_RULE_SET_NOT_YOURS, "", "rule_set.owner");
  if (!state.digest.empty() && state.digest != digest) violations.Add(Reason::REASON_RULE_SET_ID_TAKEN, "", "rule_set.id");
  if (!violations.empty()) return violations.ToRejection();
  if (state.digest == digest) return std::vector<RuleSetEvent>{};
  RuleSetEvent event;
  *event.mutable_rule_set_published()->mutable_rule_set() = rule_set;
  event.mutable_rule_set_published()->set_digest(digest);
  return std::vector<RuleSetEvent>{event};
}

}  // namespace

StreamId RuleSetStream(absl::string_view rule_set_id) {
  return StreamId{"rule-set", MakeUuidV8(Sha256Of({"sip-rule-set/v1\n", rule_set_id}))};
}

StreamId RuleSetDecider::StreamOf(const Command& command, const DecisionContext& /*context*/) {
  return RuleSetStream(command.publish_rule_set().rule_set().id());
}

Decision<RuleSetEvent> RuleSetDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  switch (command.kind_case()) {
    case RuleSetCommand::kPublishRuleSet:
      return DecidePublish(state, command.publish_rule_set(), context);
    case RuleSetCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void RuleSetDecider::Evolve(State& state, const StreamId& /*stream*/, const Event& event, const EventMeta& /*meta*/) {
  switch (event.kind_case()) {
    case RuleSetEvent::kRuleSetPublished:
      state.digest = event.rule_set_published().digest();
      break;
    case RuleSetEvent::KIND_NOT_SET:
      break;
  }
}

}  // namespace sip
