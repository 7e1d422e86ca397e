#include "services/plans/domain/plan.h"

#include "libs/domain/checks.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {
namespace {

using plans::v1::PlanCommand;

const std::string& PlanIdOf(const PlanCommand& command) {
  switch (command.kind_case()) {
    case PlanCommand::kDraftPlan:
      return command.draft_plan().plan_id();
    case PlanCommand::kEditPlan:
      return command.edit_plan().plan_id();
    case PlanCommand::kEstablishPlan:
      return command.establish_plan().plan_id();
    case PlanCommand::kSignPlan:
      return command.sign_plan().plan_id();
    case PlanCommand::kDeclineSignature:
      return command.decline_signature().plan_id();
    case PlanCommand::kDistributeCopy:
      return command.distribute_copy().plan_id();
    case PlanCommand::kAcceptAction:
      return command.accept_action().plan_id();
    case PlanCommand::kReportAction:
      return command.report_action().plan_id();
    case PlanCommand::kRecordFollowUp:
      return command.record_follow_up().plan_id();
    case PlanCommand::kAssessGoal:
      return command.assess_goal().plan_id();
    case PlanCommand::kRevisePlan:
      return command.revise_plan().plan_id();
    case PlanCommand::kChangeResponsible:
      return command.change_responsible().plan_id();
    case PlanCommand::kClosePlan:
      return command.close_plan().plan_id();
    case PlanCommand::KIND_NOT_SET:
      break;
  }
  return command.draft_plan().plan_id();
}

PlanDecision DecideKind(const PlanInput& input, const PlanCommand& command) {
  switch (command.kind_case()) {
    case PlanCommand::kEditPlan:
      return DecideEdit(input, command.edit_plan());
    case PlanCommand::kEstablishPlan:
      return DecideEstablish(input, command.establish_plan());
    case PlanCommand::kSignPlan:
      return DecideSign(input, command.sign_plan());
    case PlanCommand::kDeclineSignature:
      return DecideDeclineSignature(input, command.decline_signature());
    case PlanCommand::kDistributeCopy:
      return DecideDistributeCopy(input, command.distribute_copy());
    case PlanCommand::kAcceptAction:
      return DecideAcceptAction(input, command.accept_action());
    case PlanCommand::kReportAction:
      return DecideReportAction(input, command.report_action());
    case PlanCommand::kRecordFollowUp:
      return DecideRecordFollowUp(input, command.record_follow_up());
    case PlanCommand::kAssessGoal:
      return DecideAssessGoal(input, command.assess_goal());
    case PlanCommand::kRevisePlan:
      return DecideRevise(input, command.revise_plan());
    case PlanCommand::kChangeResponsible:
      return DecideChangeResponsible(input, command.change_responsible());
    case PlanCommand::kClosePlan:
      return DecideClose(input, command.close_plan());
    case PlanCommand::kDraftPlan:  // Has no plan yet.
    case PlanCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

// What holds for every command about an existing plan, whatever it asks for.
Violations CheckPlanIsOpen(const PlansState& state, const PlanState& plan, const DecisionContext& context) {
  Violations violations;
  if (!IsOpen(state)) violations.Add(Reason::REASON_CASE_CLOSED, "");
  if (IsClosed(plan)) violations.Add(Reason::REASON_PLAN_CLOSED, "");
  if (context.rule_sets->FindByDigest(plan.rule_set_digest) == nullptr) violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "");
  return violations;
}

bool IsRepeatedClosing(const PlanState& plan, const PlanCommand& command) {
  return IsClosed(plan) && command.has_close_plan() && plan.closed->reason_code() == command.close_plan().reason_code();
}

}  // namespace

StreamId PlanDecider::StreamOf(const Command& command, const DecisionContext& context) {
  const std::string& plan_id = PlanIdOf(command);
  if (plan_id.empty() && command.has_draft_plan()) return StreamId{"plan", context.MintId("plan")};
  return StreamId{"plan", Uuid::Parse(plan_id).value_or(Uuid())};
}

PlanDecision PlanDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  if (command.has_draft_plan()) return DecideDraft(state, command.draft_plan(), context);
  const auto it = state.plans.find(StreamOf(command, context).id);
  if (it == state.plans.end() || !MayKnowPlan(state, it->second, context)) return NotFound();
  const PlanState& plan = it->second;
  if (IsRepeatedClosing(plan, command)) return Fulfilled();
  const Violations closed = CheckPlanIsOpen(state, plan, context);
  if (!closed.empty()) return closed.ToRejection();
  const rules::v1::RuleSet& rules = *context.rule_sets->FindByDigest(plan.rule_set_digest);
  return DecideKind(PlanInput{state, plan, rules, context}, command);
}

}  // namespace sip
