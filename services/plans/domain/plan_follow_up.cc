// RecordFollowUp and AssessGoal: how it went, and what follows from it (FUP-01, FUP-05, GOA-01, GOA-02, REV-01).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/domain/party.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_follow_up_rules.h"

namespace sip {
namespace {

using common::v1::Party;
using common::v1::PartyKey;
using plans::v1::FollowUp;
using plans::v1::FollowUpOutcome;
using plans::v1::PlanElement;
using plans::v1::PlanEvent;

bool BelongsTo(const Party& party, absl::string_view agency_id) {
  const std::vector<PartyKey> keys = KeysOf(party);
  return std::any_of(keys.begin(), keys.end(), [&](const PartyKey& key) { return key.agency_id() == agency_id; });
}

void AddIncomplete(absl::string_view rule, absl::string_view field, Violations& violations) {
  violations.Add(Reason::REASON_PLAN_FOLLOW_UP_INCOMPLETE, rule, absl::StrCat("follow_up.", field));
}

// What every follow-up must answer (FUP-05), and that the responsible principal led it (FUP-01).
void CheckComplete(const PlanInput& input, const FollowUp& follow_up, Violations& violations) {
  if (follow_up.present().empty()) AddIncomplete("FUP-05", "present", violations);
  if (follow_up.how_it_went().empty()) AddIncomplete("FUP-05", "how_it_went", violations);
  if (follow_up.other_measure_needed() == plans::v1::YES_NO_UNSPECIFIED) {
    AddIncomplete("FUP-05", "other_measure_needed", violations);
  }
  if (follow_up.coordination_still_needed() == plans::v1::YES_NO_UNSPECIFIED) {
    AddIncomplete("GOA-02", "coordination_still_needed", violations);
  }
  if (follow_up.outcome() == plans::v1::FOLLOW_UP_OUTCOME_UNSPECIFIED) AddIncomplete("FUP-05", "outcome", violations);
  const std::string& principal = input.plan.in_force->principal_agency_id;
  const bool led = std::any_of(follow_up.present().begin(), follow_up.present().end(),
                               [&](const auto& present) { return BelongsTo(present.party(), principal); });
  if (!led && !BelongsTo(follow_up.led_by(), principal)) AddIncomplete("FUP-01", "led_by", violations);
}

void CheckOutcome(const PlanInput& input, const FollowUp& follow_up, Violations& violations) {
  const FollowUpOutcome outcome = follow_up.outcome();
  const bool goes_on = outcome != plans::v1::FOLLOW_UP_OUTCOME_CLOSE && outcome != plans::v1::FOLLOW_UP_OUTCOME_UNSPECIFIED;
  const auto coordination = follow_up.coordination_still_needed();
  if ((goes_on && coordination == plans::v1::YES_NO_NO) ||
      (outcome == plans::v1::FOLLOW_UP_OUTCOME_CLOSE && coordination == plans::v1::YES_NO_YES)) {
    violations.Add(Reason::REASON_PLAN_FOLLOW_UP_CONTRADICTORY, "GOA-02", "follow_up.outcome", "coordination_still_needed");
  }
  if (outcome == plans::v1::FOLLOW_UP_OUTCOME_CONTINUE_UNCHANGED && follow_up.other_measure_needed() == plans::v1::YES_NO_YES) {
    violations.Add(Reason::REASON_PLAN_FOLLOW_UP_CONTRADICTORY, "FUP-05", "follow_up.outcome", "other_measure_needed");
  }
  const bool with_new_plan = input.rules.continuation().mode() == rules::v1::CONTINUATION_MODE_NEW_PLAN;
  if ((outcome == plans::v1::FOLLOW_UP_OUTCOME_REVISE && with_new_plan) ||
      (outcome == plans::v1::FOLLOW_UP_OUTCOME_NEW_SIP && !with_new_plan)) {
    violations.Add(Reason::REASON_PLAN_CONTINUATION_MODE, "REV-01", "follow_up.outcome");
  }
}

void CheckNamed(const PlanInput& input, const Party& party, const std::string& field, Violations& violations) {
  CheckParty(input, party, field, violations);
  if (IsExcluded(input, party)) violations.Add(Reason::REASON_PLAN_OUTSIDE_CONSENT, "CON-12", field);
}

void CheckNames(const PlanInput& input, const FollowUp& follow_up, Violations& violations) {
  for (int i = 0; i < follow_up.present_size(); ++i) {
    CheckNamed(input, follow_up.present(i).party(), absl::StrCat("follow_up.present[", i, "].party"), violations);
  }
  if (follow_up.has_led_by()) CheckNamed(input, follow_up.led_by(), "follow_up.led_by", violations);
  if (follow_up.has_secretary()) CheckNamed(input, follow_up.secretary(), "follow_up.secretary", violations);
  if (follow_up.next().has_called_by()) CheckNamed(input, follow_up.next().called_by(), "follow_up.next.called_by", violations);
  for (int i = 0; i < follow_up.next().attendees_size(); ++i) {
    CheckNamed(input, follow_up.next().attendees(i), absl::StrCat("follow_up.next.attendees[", i, "]"), violations);
  }
  for (int i = 0; i < follow_up.action_checks_size(); ++i) {
    if (input.plan.in_force->elements.Find(follow_up.action_checks(i).action_id(), PlanElement::kAction) != nullptr) continue;
    violations.Add(Reason::REASON_PLAN_ELEMENT_UNKNOWN, "FUP-05", absl::StrCat("follow_up.action_checks[", i, "].action_id"));
  }
}

void CheckFollowUp(const PlanInput& input, const FollowUp& follow_up, Violations& violations) {
  CheckComplete(input, follow_up, violations);
  CheckOutcome(input, follow_up, violations);
  CheckNames(input, follow_up, violations);
  if (follow_up.outcome() == plans::v1::FOLLOW_UP_OUTCOME_CLOSE && !follow_up.has_next()) return;
  CheckNextFollowUp(input, follow_up.has_next() ? &follow_up.next() : nullptr, "follow_up.next", violations);
}

}  // namespace

PlanDecision DecideRecordFollowUp(const PlanInput& input, const plans::v1::RecordFollowUpRequest& request) {
  if (input.plan.in_force.has_value() && !LeadsPlan(input)) return NotFound();
  FollowUp follow_up = request.follow_up();
  if (follow_up.follow_up_id().empty()) follow_up.set_follow_up_id(input.context.MintId("follow_up").ToString());
  Violations violations = CheckTime(input);
  if (const auto known = input.plan.follow_ups.find(follow_up.follow_up_id()); known != input.plan.follow_ups.end()) {
    if (known->second.SerializeAsString() == follow_up.SerializeAsString()) return Fulfilled();
    violations.Add(Reason::REASON_ID_TAKEN, "", "follow_up.follow_up_id");
  }
  if (CheckInForce(input, request.plan_revision(), violations)) CheckFollowUp(input, follow_up, violations);
  PlanEvent event;
  plans::v1::FollowUpRecorded& recorded = *event.mutable_follow_up_recorded();
  recorded.set_plan_revision(request.plan_revision());
  *recorded.mutable_follow_up() = std::move(follow_up);
  recorded.set_recorded_by_agency_id(input.context.actor.agency_id());
  return Unless(violations, std::move(event));
}

PlanDecision DecideAssessGoal(const PlanInput& input, const plans::v1::AssessGoalRequest& request) {
  if (input.plan.in_force.has_value() && !LeadsPlan(input)) return NotFound();
  PlanEvent event;
  plans::v1::GoalAssessed& assessed = *event.mutable_goal_assessed();
  assessed.set_plan_revision(request.plan_revision());
  assessed.set_goal_id(request.goal_id());
  assessed.set_fulfilment(request.fulfilment());
  assessed.set_text(request.text());
  *assessed.mutable_assessed_by() = request.assessed_by();
  Violations violations = CheckTime(input);
  if (CheckInForce(input, request.plan_revision(), violations)) {
    const auto known = input.plan.in_force->assessments.find(request.goal_id());
    if (known != input.plan.in_force->assessments.end() && known->second.SerializeAsString() == assessed.SerializeAsString()) {
      return Fulfilled();
    }
    if (input.plan.in_force->elements.Find(request.goal_id(), PlanElement::kGoal) == nullptr) {
      violations.Add(Reason::REASON_PLAN_ELEMENT_UNKNOWN, "GOA-01", "goal_id", request.goal_id());
    }
  }
  CheckParty(input, request.assessed_by(), "assessed_by", violations);
  return Unless(violations, std::move(event));
}

}  // namespace sip
