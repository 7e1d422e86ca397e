#include "services/plans/server/plan_service.h"

#include "sip/plans/v1/plan_events.pb.h"
#include "sip/plans/v1/plan_service.pb.h"

namespace sip {

namespace {

void RespondEditPlan(const RecordedCommand& record, plans::v1::EditPlanResponse& response) {
  for (const RecordedEvent& recorded : record.events) {
    const auto& event = static_cast<const plans::v1::PlanEvent&>(*recorded.event);
    if (!event.has_plan_element_put()) continue;
    plans::v1::ElementRevision& element = *response.add_elements();
    element.set_element_id(event.plan_element_put().element().element_id());
    element.set_revision(event.plan_element_put().element().revision());
  }
}

void RespondRevisePlan(const RecordedCommand& record, plans::v1::RevisePlanResponse& response) {
  for (const RecordedEvent& recorded : record.events) {
    const auto& event = static_cast<const plans::v1::PlanEvent&>(*recorded.event);
    if (event.has_plan_revision_opened()) response.set_draft_revision(event.plan_revision_opened().plan_revision());
  }
}

}  // namespace

std::unique_ptr<RpcService> NewPlanService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>("sip.plans.v1.PlanService", environment);
  const auto commands = service->CommandsOf<plans::v1::PlanCommand>(executor);
  commands.Add<plans::v1::DraftPlanRequest, plans::v1::DraftPlanResponse>("DraftPlan");
  commands.Add<plans::v1::EditPlanRequest, plans::v1::EditPlanResponse>("EditPlan", {.respond = RespondEditPlan});
  commands.Add<plans::v1::EstablishPlanRequest, plans::v1::EstablishPlanResponse>("EstablishPlan", {.fresh = true});
  commands.Add<plans::v1::SignPlanRequest, plans::v1::SignPlanResponse>("SignPlan");
  commands.Add<plans::v1::DeclineSignatureRequest, plans::v1::DeclineSignatureResponse>("DeclineSignature");
  commands.Add<plans::v1::DistributeCopyRequest, plans::v1::DistributeCopyResponse>("DistributeCopy", {.fresh = true});
  commands.Add<plans::v1::AcceptActionRequest, plans::v1::AcceptActionResponse>("AcceptAction");
  commands.Add<plans::v1::ReportActionRequest, plans::v1::ReportActionResponse>("ReportAction");
  commands.Add<plans::v1::RecordFollowUpRequest, plans::v1::RecordFollowUpResponse>("RecordFollowUp");
  commands.Add<plans::v1::AssessGoalRequest, plans::v1::AssessGoalResponse>("AssessGoal");
  commands.Add<plans::v1::RevisePlanRequest, plans::v1::RevisePlanResponse>("RevisePlan", {.respond = RespondRevisePlan});
  commands.Add<plans::v1::ChangeResponsibleRequest, plans::v1::ChangeResponsibleResponse>("ChangeResponsible");
  commands.Add<plans::v1::ClosePlanRequest, plans::v1::ClosePlanResponse>("ClosePlan");
  return service;
}

}  // namespace sip
