// DraftPlan and RevisePlan: a draft is opened. At most one in a case, beside the plan in force.
#include "libs/domain/checks.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {
namespace {

using plans::v1::DraftPlanRequest;
using plans::v1::PlanEvent;

bool ContinuesWithNewPlan(const rules::v1::RuleSet& rules) {
  return rules.continuation().mode() == rules::v1::CONTINUATION_MODE_NEW_PLAN;
}

void CheckOtherPlans(const PlansState& state, const rules::v1::RuleSet& rules, Violations& violations) {
  for (const auto& [id, plan] : state.plans) {
    if (IsClosed(plan)) continue;
    if (plan.draft.has_value()) violations.Add(Reason::REASON_PLAN_DRAFT_OPEN, "", "", plan.plan_id);
    if (plan.in_force.has_value() && !ContinuesWithNewPlan(rules)) {
      violations.Add(Reason::REASON_PLAN_IN_FORCE, "REV-01", "", plan.plan_id);
    }
  }
}

PlanEvent Drafted(const PlansState& state, const DraftPlanRequest& request, const Uuid& plan_id, const DecisionContext& context) {
  const common::v1::CaseFacts& facts = state.case_record->facts;
  PlanEvent event;
  plans::v1::PlanDrafted& drafted = *event.mutable_plan_drafted();
  drafted.set_case_id(facts.case_id());
  drafted.set_plan_id(plan_id.ToString());
  drafted.set_plan_type(request.plan_type());
  drafted.set_drafting_agency_id(context.actor.agency_id());
  drafted.set_rule_set_id(facts.rule_set_id());
  drafted.set_rule_set_digest(facts.rule_set_digest());
  drafted.set_plan_revision(1);
  return event;
}

}  // namespace

PlanDecision DecideDraft(const PlansState& state, const DraftPlanRequest& request, const DecisionContext& context) {
  if (!IsParty(state, context.actor.agency_id())) return NotFound();
  const rules::v1::RuleSet* rules = CaseRules(state, context);
  if (rules == nullptr) return Reject(Reason::REASON_RULE_SET_UNKNOWN);
  const auto plan_id = request.plan_id().empty() ? context.MintId("plan") : Uuid::Parse(request.plan_id());
  if (!plan_id.has_value() || plan_id->IsNil()) return Reject(Reason::REASON_FIELD_INVALID, "", "plan_id");
  // Not ID_TAKEN: who may not know the plan must not learn that there is one.
  if (const auto it = state.plans.find(*plan_id); it != state.plans.end()) {
    return MayKnowPlan(state, it->second, context) ? Reject(Reason::REASON_ID_TAKEN, "", "plan_id") : NotFound();
  }
  Violations violations;
  // The case's later facts do not hinder a draft that is recorded afterwards; only the clock does.
  CheckOccurredAt(context, std::nullopt, violations);
  if (!IsOpen(state)) violations.Add(Reason::REASON_CASE_CLOSED, "");
  if (!state.case_record->facts.plan_accepted()) violations.Add(Reason::REASON_PLAN_NOT_ACCEPTED, "INI-01");
  CheckConsentFor(rules::v1::GATED_STEP_DRAFT_PLAN, *rules, state, context, violations);
  CheckOtherPlans(state, *rules, violations);
  return Unless(violations, Drafted(state, request, *plan_id, context));
}

PlanDecision DecideRevise(const PlanInput& input, const plans::v1::RevisePlanRequest& request) {
  if (input.plan.in_force.has_value() && !LeadsPlan(input)) return NotFound();
  Violations violations = CheckTime(input);
  CheckInForce(input, request.plan_revision(), violations);
  if (input.plan.draft.has_value()) violations.Add(Reason::REASON_PLAN_DRAFT_OPEN, "", "", input.plan.plan_id);
  if (ContinuesWithNewPlan(input.rules)) violations.Add(Reason::REASON_PLAN_CONTINUATION_MODE, "REV-01");
  CheckConsentFor(rules::v1::GATED_STEP_DRAFT_PLAN, input.rules, input.state, input.context, violations);
  PlanEvent event;
  plans::v1::PlanRevisionOpened& opened = *event.mutable_plan_revision_opened();
  opened.set_plan_revision(request.plan_revision() + 1);
  opened.set_from_revision(request.plan_revision());
  opened.set_reason(request.reason());
  return Unless(violations, std::move(event));
}

}  // namespace sip
