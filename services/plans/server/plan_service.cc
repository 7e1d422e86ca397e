#include "services/plans/server/plan_service.h"

#include "sip/plans/v1/plan_events.pb.h"
#include "sip/plans/v1/plan_service.pb.h"

namespace sip {

namespace v1 = plans::v1;

namespace {

void RespondEditPlan(const RecordedCommand& record, v1::EditPlanResponse& response) {
  for (const RecordedEvent& recorded : record.events) {
    const auto& event = static_cast<const v1::PlanEvent&>(*recorded.event);
    if (!event.has_plan_element_put()) continue;
    v1::ElementRevision& element = *response.add_elements();
    element.set_element_id(event.plan_element_put().element().element_id());
    element.set_revision(event.plan_element_put().element().revision());
  }
}

void RespondRevisePlan(const RecordedCommand& record, v1::RevisePlanResponse& response) {
  for (const RecordedEvent& recorded : record.events) {
    const auto& event = static_cast<const v1::PlanEvent&>(*recorded.event);
    if (event.has_plan_revision_opened()) response.set_draft_revision(event.plan_revision_opened().plan_revision());
  }
}

}  // namespace

std::unique_ptr<RpcService> NewPlanService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>("sip.plans.v1.PlanService", environment);
  const auto commands = service->CommandsOf<v1::PlanCommand>(executor);
  commands.Add<v1::DraftPlanRequest, v1::DraftPlanResponse>("DraftPlan");
  commands.Add<v1::EditPlanRequest, v1::EditPlanResponse>("EditPlan", {.respond = RespondEditPlan});
  commands.Add<v1::EstablishPlanRequest, v1::EstablishPlanResponse>("EstablishPlan", {.fresh = true});
  commands.Add<v1::SignPlanRequest, v1::SignPlanResponse>("SignPlan");
  commands.Add<v1::DeclineSignatureRequest, v1::DeclineSignatureResponse>("DeclineSignature");
  commands.Add<v1::DistributeCopyRequest, v1::DistributeCopyResponse>("DistributeCopy", {.fresh = true});
  commands.Add<v1::AcceptActionRequest, v1::AcceptActionResponse>("AcceptAction");
  commands.Add<v1::ReportActionRequest, v1::ReportActionResponse>("ReportAction");
  commands.Add<v1::RecordFollowUpRequest, v1::RecordFollowUpResponse>("RecordFollowUp");
  commands.Add<v1::AssessGoalRequest, v1::AssessGoalResponse>("AssessGoal");
  commands.Add<v1::RevisePlanRequest, v1::RevisePlanResponse>("RevisePlan", {.respond = RespondRevisePlan});
  commands.Add<v1::ChangeResponsibleRequest, v1::ChangeResponsibleResponse>("ChangeResponsible");
  commands.Add<v1::ClosePlanRequest, v1::ClosePlanResponse>("ClosePlan");
  return service;
}

}  // namespace sip
