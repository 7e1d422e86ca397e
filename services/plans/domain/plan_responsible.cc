// ChangeResponsible: the plan survives that a person leaves, and everybody knows who answers for it (RES-01, RES-02, RES-04).
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_notices.h"

namespace sip {
namespace {

using plans::v1::ChangeResponsibleRequest;
using plans::v1::PlanElement;
using plans::v1::PlanEvent;
using plans::v1::Responsible;

void CheckPrincipal(const PlanInput& input, const std::string& principal, Violations& violations) {
  if (!IsPublicPrincipal(*input.context.agencies, principal)) {
    violations.Add(Reason::REASON_PLAN_PRINCIPAL_NOT_PUBLIC, "RES-01", "to.principal_agency_id");
    return;
  }
  if (principal == input.plan.in_force->principal_agency_id) return;
  common::v1::Party party;
  party.mutable_staff()->mutable_unit()->set_agency_id(principal);
  if (!IsParty(input.state, principal) || !CoveredForSharing(input, party, "")) {
    violations.Add(Reason::REASON_PLAN_OUTSIDE_CONSENT, "CON-11", "to.principal_agency_id");
  }
}

// The person works at the principal, or at a provider that acts for it.
void CheckPerson(const PlanInput& input, const Responsible& to, Violations& violations) {
  const std::string& agency_id = to.person().unit().agency_id();
  if (!to.has_person() || agency_id.empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "RES-04", "to.person");
    return;
  }
  const rules::v1::Agency* agency = input.context.agencies->Find(agency_id);
  const bool acts_for = agency != nullptr && agency->acts_for_agency_id() == to.principal_agency_id();
  if (agency_id != to.principal_agency_id() && !acts_for) {
    violations.Add(Reason::REASON_FIELD_INVALID, "RES-04", "to.person.unit.agency_id", "The person must work for the principal.");
  }
}

void CheckAcceptance(const PlanInput& input, const ChangeResponsibleRequest& request, Violations& violations) {
  if (!request.has_accepted_on()) {
    if (input.rules.responsible().acceptance_required()) {
      violations.Add(Reason::REASON_PLAN_RESPONSIBLE_NOT_ACCEPTED, "RES-04", "accepted_on");
    }
    return;
  }
  if (!IsValid(request.accepted_on())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "RES-04", "accepted_on", "Not a calendar day.");
  } else if (FromProto(request.accepted_on()) > absl::ToCivilDay(input.context.now, input.context.zone)) {
    violations.Add(Reason::REASON_PLAN_RESPONSIBLE_NOT_ACCEPTED, "RES-04", "accepted_on", "The day lies in the future.");
  }
}

google::protobuf::RepeatedPtrField<plans::v1::NoticeRecipient> NoticeOfChange(const PlanInput& input) {
  NoticeList list;
  common::v1::PartyKey individual;
  individual.mutable_individual();
  list.Add(individual);
  list.AddParticipants(input.plan);
  list.AddCopyHolders(input.plan);
  return list.ToProto();
}

PlanEvent Changed(const PlanInput& input, const ChangeResponsibleRequest& request, const PlanElement* current) {
  PlanEvent event;
  plans::v1::ResponsibleChanged& changed = *event.mutable_responsible_changed();
  PlanElement& element = *changed.mutable_element();
  if (current != nullptr) {
    *changed.mutable_from() = current->responsible();
    element = *current;
  } else {
    element.set_element_id(input.context.MintId("element").ToString());
  }
  element.set_revision(element.revision() + 1);
  element.set_owner_agency_id(input.context.actor.agency_id());
  *element.mutable_responsible() = request.to();
  changed.set_reason(request.reason());
  if (request.has_accepted_on()) *changed.mutable_accepted_on() = request.accepted_on();
  *changed.mutable_notify() = NoticeOfChange(input);
  return event;
}

}  // namespace

PlanDecision DecideChangeResponsible(const PlanInput& input, const ChangeResponsibleRequest& request) {
  if (!input.plan.in_force.has_value()) return Reject(Reason::REASON_PLAN_NOT_IN_FORCE);
  // Also for the principal that has handed over: what it asked for is done.
  const PlanElement* current = input.plan.in_force->elements.First(PlanElement::kResponsible);
  if (current != nullptr && current->responsible().SerializeAsString() == request.to().SerializeAsString()) return Fulfilled();
  if (!LeadsPlan(input)) return NotFound();
  Violations violations = CheckTime(input);
  CheckPrincipal(input, request.to().principal_agency_id(), violations);
  CheckPerson(input, request.to(), violations);
  CheckAcceptance(input, request, violations);
  if (request.reason().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "RES-04", "reason");
  return Unless(violations, Changed(input, request, current));
}

}  // namespace sip
