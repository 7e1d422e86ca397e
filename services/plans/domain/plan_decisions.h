// The decisions about plans, one function for each command, and what they share. Only for the files of the plan's decider.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_DECISIONS_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_DECISIONS_H_

#include <vector>

#include "libs/eventsourcing/decider.h"
#include "services/plans/domain/plans_state.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/plans/v1/plan_service.pb.h"

namespace sip {

using PlanDecision = Decision<plans::v1::PlanEvent>;

// What a command about an existing plan is decided from. The caller may know of the plan, it is not closed, and its rule set is
// known.
struct PlanInput {
  const PlansState& state;
  const PlanState& plan;
  const rules::v1::RuleSet& rules;
  const DecisionContext& context;
};

// No event: the intention is already fulfilled.
inline PlanDecision Fulfilled() { return std::vector<plans::v1::PlanEvent>{}; }

// The event, unless there are violations.
inline PlanDecision Unless(const Violations& violations, plans::v1::PlanEvent event) {
  if (!violations.empty()) return violations.ToRejection();
  return std::vector<plans::v1::PlanEvent>{std::move(event)};
}

PlanDecision DecideDraft(const PlansState& state, const plans::v1::DraftPlanRequest& request, const DecisionContext& context);
PlanDecision DecideEdit(const PlanInput& input, const plans::v1::EditPlanRequest& request);
PlanDecision DecideEstablish(const PlanInput& input, const plans::v1::EstablishPlanRequest& request);
PlanDecision DecideSign(const PlanInput& input, const plans::v1::SignPlanRequest& request);
PlanDecision DecideDeclineSignature(const PlanInput& input, const plans::v1::DeclineSignatureRequest& request);
PlanDecision DecideDistributeCopy(const PlanInput& input, const plans::v1::DistributeCopyRequest& request);
PlanDecision DecideAcceptAction(const PlanInput& input, const plans::v1::AcceptActionRequest& request);
PlanDecision DecideReportAction(const PlanInput& input, const plans::v1::ReportActionRequest& request);
PlanDecision DecideRecordFollowUp(const PlanInput& input, const plans::v1::RecordFollowUpRequest& request);
PlanDecision DecideAssessGoal(const PlanInput& input, const plans::v1::AssessGoalRequest& request);
PlanDecision DecideRevise(const PlanInput& input, const plans::v1::RevisePlanRequest& request);
PlanDecision DecideChangeResponsible(const PlanInput& input, const plans::v1::ChangeResponsibleRequest& request);
PlanDecision DecideClose(const PlanInput& input, const plans::v1::ClosePlanRequest& request);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_DECISIONS_H_
