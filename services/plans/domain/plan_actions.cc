// AcceptAction and ReportAction: nobody decides on another's measures (INI-13), and everybody concerned learns when one fails
// (FUP-02).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_notices.h"

namespace sip {
namespace {

using plans::v1::ActionProgress;
using plans::v1::ActionStatus;
using plans::v1::PlanElement;
using plans::v1::PlanEvent;

// The action of the plan in force, or null with the violation that says why not.
const PlanElement* FindAction(const PlanInput& input, const std::string& action_id, Violations& violations) {
  if (!input.plan.in_force.has_value()) {
    violations.Add(Reason::REASON_PLAN_NOT_IN_FORCE, "");
    return nullptr;
  }
  const PlanElement* element = input.plan.in_force->elements.Find(action_id, PlanElement::kAction);
  if (element == nullptr) violations.Add(Reason::REASON_PLAN_ELEMENT_UNKNOWN, "", "action_id", action_id);
  return element;
}

const ActionProgress* ProgressOf(const PlanInput& input, const std::string& action_id) {
  if (!input.plan.in_force.has_value()) return nullptr;
  const auto it = input.plan.in_force->progress.find(action_id);
  return it == input.plan.in_force->progress.end() ? nullptr : &it->second;
}

bool HasAccepted(const ActionProgress* progress, const std::string& agency_id, uint64_t element_revision) {
  if (progress == nullptr) return false;
  return std::any_of(progress->acceptances().begin(), progress->acceptances().end(), [&](const auto& acceptance) {
    return acceptance.agency_id() == agency_id && acceptance.element_revision() == element_revision;
  });
}

bool HasEnded(ActionStatus status) {
  return status == plans::v1::ACTION_STATUS_DONE || status == plans::v1::ACTION_STATUS_CANCELLED;
}

google::protobuf::RepeatedPtrField<plans::v1::NoticeRecipient> NoticeOfFailure(const PlanInput& input) {
  NoticeList list;
  list.AddParticipants(input.plan);
  list.AddCopyHolders(input.plan);
  list.Remove(AgencyKey(input.context.actor.agency_id()));
  return list.ToProto();
}

void CheckReport(const PlanInput& input, const plans::v1::ReportActionRequest& request, const ActionProgress* progress,
                 Violations& violations) {
  const PlanElement* element = FindAction(input, request.action_id(), violations);
  if (element != nullptr && !LeadsPlan(input) &&
      !AnswersFor(element->action(), input.context.actor.agency_id(), *input.context.agencies)) {
    violations.Add(Reason::REASON_PLAN_ACTION_OF_ANOTHER, "INI-13", "action_id");
  }
  if (request.status() == plans::v1::ACTION_STATUS_COULD_NOT_BE_CARRIED_OUT && request.outcome().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "FUP-02", "outcome");
  }
  const bool planned_again =
      request.status() == plans::v1::ACTION_STATUS_PLANNED || request.status() == plans::v1::ACTION_STATUS_STARTS_IMMEDIATELY;
  if (progress != nullptr && HasEnded(progress->status()) && planned_again) {
    violations.Add(Reason::REASON_PLAN_ACTION_ENDED, "FUP-02", "status");
  }
}

}  // namespace

PlanDecision DecideAcceptAction(const PlanInput& input, const plans::v1::AcceptActionRequest& request) {
  const std::string& agency = input.context.actor.agency_id();
  if (HasAccepted(ProgressOf(input, request.action_id()), agency, request.element_revision())) return Fulfilled();
  Violations violations = CheckTime(input);
  const PlanElement* element = FindAction(input, request.action_id(), violations);
  if (element != nullptr && !AnswersFor(element->action(), agency, *input.context.agencies)) {
    violations.Add(Reason::REASON_PLAN_ACTION_OF_ANOTHER, "INI-13", "action_id");
  }
  if (element != nullptr && element->revision() != request.element_revision()) {
    violations.Add(Reason::REASON_PLAN_ELEMENT_MOVED, "INI-13", "element_revision",
                   absl::StrCat("The action has revision ", element->revision(), "."));
  }
  PlanEvent event;
  event.mutable_action_accepted()->set_action_id(request.action_id());
  plans::v1::ActionAcceptance& acceptance = *event.mutable_action_accepted()->mutable_acceptance();
  acceptance.set_agency_id(agency);
  if (request.has_accepted_by()) *acceptance.mutable_accepted_by() = request.accepted_by();
  *acceptance.mutable_accepted_at() = ToProto(EffectiveTime(input.context.occurred_at, input.context.zone));
  acceptance.set_element_revision(request.element_revision());
  return Unless(violations, std::move(event));
}

PlanDecision DecideReportAction(const PlanInput& input, const plans::v1::ReportActionRequest& request) {
  const ActionProgress* progress = ProgressOf(input, request.action_id());
  Violations violations = CheckTime(input);
  Violations about_report;
  CheckReport(input, request, progress, about_report);
  const bool repeated = progress != nullptr && progress->has_reported_at() && progress->status() == request.status() &&
                        progress->outcome() == request.outcome();
  if (repeated && about_report.empty()) return Fulfilled();
  CheckReport(input, request, progress, violations);
  PlanEvent event;
  plans::v1::ActionReported& reported = *event.mutable_action_reported();
  reported.set_action_id(request.action_id());
  reported.set_status(request.status());
  reported.set_outcome(request.outcome());
  reported.set_reported_by_agency_id(input.context.actor.agency_id());
  *reported.mutable_reported_at() = ToProto(EffectiveTime(input.context.occurred_at, input.context.zone));
  if (request.status() == plans::v1::ACTION_STATUS_COULD_NOT_BE_CARRIED_OUT) *reported.mutable_notify() = NoticeOfFailure(input);
  return Unless(violations, std::move(event));
}

}  // namespace sip
