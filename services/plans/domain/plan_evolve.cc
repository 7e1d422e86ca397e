// Folds the events of plan/<id> into PlanState. Works on skeletons: nothing here reads a content field.
#include <algorithm>

#include "libs/domain/party.h"
#include "services/plans/domain/plan.h"
#include "services/plans/domain/plans_state.h"

namespace sip {
namespace {

using plans::v1::PlanEvent;

void Apply(PlanState& plan, const plans::v1::PlanDrafted& event) {
  plan.case_id = event.case_id();
  plan.plan_id = event.plan_id();
  plan.type = event.plan_type();
  plan.drafting_agency_id = event.drafting_agency_id();
  plan.rule_set_id = event.rule_set_id();
  plan.rule_set_digest = event.rule_set_digest();
  plan.draft.emplace().plan_revision = event.plan_revision();
}

void Apply(PlanState& plan, const plans::v1::PlanElementPut& event) {
  if (plan.draft.has_value()) plan.draft->elements.Put(event.element());
}

void Apply(PlanState& plan, const plans::v1::PlanElementRemoved& event) {
  if (!plan.draft.has_value()) return;
  plan.draft->elements.Remove(event.element_id());
  plan.draft->removed[event.element_id()] = event.base_revision();
}

void Apply(PlanState& plan, const plans::v1::PlanEstablished& event) {
  PlanInForce& in_force = plan.in_force.emplace();
  in_force.plan_revision = event.plan_revision();
  in_force.elements = PlanElements(event.content());
  in_force.principal_agency_id = event.principal_agency_id();
  for (const plans::v1::ActionProgress& progress : event.progress()) in_force.progress[progress.action_id()] = progress;
  plan.draft.reset();
}

void SetSignature(PlanState& plan, PlanSignature signature) {
  if (!plan.in_force.has_value()) return;
  auto& signatures = plan.in_force->signatures;
  const auto it = std::find_if(signatures.begin(), signatures.end(), [&](const PlanSignature& known) {
    return known.signer.SerializeAsString() == signature.signer.SerializeAsString();
  });
  if (it == signatures.end()) {
    signatures.push_back(std::move(signature));
  } else {
    *it = std::move(signature);
  }
}

void Apply(PlanState& plan, const plans::v1::CopyDistributed& event) {
  const std::vector<common::v1::PartyKey> keys = KeysOf(event.recipient());
  plan.copies.push_back({event.copy_id(), keys.empty() ? common::v1::PartyKey() : keys.front(), event.plan_revision()});
}

void Apply(PlanState& plan, const plans::v1::ActionAccepted& event) {
  if (!plan.in_force.has_value()) return;
  plans::v1::ActionProgress& progress = plan.in_force->progress[event.action_id()];
  progress.set_action_id(event.action_id());
  for (plans::v1::ActionAcceptance& known : *progress.mutable_acceptances()) {
    if (known.agency_id() != event.acceptance().agency_id()) continue;
    known = event.acceptance();
    return;
  }
  *progress.add_acceptances() = event.acceptance();
}

void Apply(PlanState& plan, const plans::v1::ActionReported& event) {
  if (!plan.in_force.has_value()) return;
  plans::v1::ActionProgress& progress = plan.in_force->progress[event.action_id()];
  progress.set_action_id(event.action_id());
  progress.set_status(event.status());
  progress.set_outcome(event.outcome());
  progress.set_reported_by_agency_id(event.reported_by_agency_id());
  *progress.mutable_reported_at() = event.reported_at();
}

void Apply(PlanState& plan, const plans::v1::PlanRevisionOpened& event) {
  if (!plan.in_force.has_value()) return;
  plan.draft = PlanDraft{event.plan_revision(), plan.in_force->elements, {}};
}

void Apply(PlanState& plan, const plans::v1::ResponsibleChanged& event) {
  if (plan.in_force.has_value()) {
    plan.in_force->elements.Put(event.element());
    plan.in_force->principal_agency_id = event.element().responsible().principal_agency_id();
  }
  if (plan.draft.has_value()) plan.draft->elements.Put(event.element());
}

void Apply(PlanState& plan, const plans::v1::PlanClosed& event) {
  plan.closed = event;
  plan.draft.reset();
}

void ApplyKind(PlanState& plan, const PlanEvent& event) {
  switch (event.kind_case()) {
    case PlanEvent::kPlanDrafted:
      return Apply(plan, event.plan_drafted());
    case PlanEvent::kPlanElementPut:
      return Apply(plan, event.plan_element_put());
    case PlanEvent::kPlanElementRemoved:
      return Apply(plan, event.plan_element_removed());
    case PlanEvent::kPlanEstablished:
      return Apply(plan, event.plan_established());
    case PlanEvent::kPlanSigned:
      return SetSignature(plan, {event.plan_signed().signer(), event.plan_signed().method(), false});
    case PlanEvent::kSignatureDeclined:
      return SetSignature(plan, {event.signature_declined().signer(), rules::v1::SIGNATURE_METHOD_KIND_UNSPECIFIED, true});
    case PlanEvent::kCopyDistributed:
      return Apply(plan, event.copy_distributed());
    case PlanEvent::kActionAccepted:
      return Apply(plan, event.action_accepted());
    case PlanEvent::kActionReported:
      return Apply(plan, event.action_reported());
    case PlanEvent::kFollowUpRecorded:
      plan.follow_ups[event.follow_up_recorded().follow_up().follow_up_id()] = event.follow_up_recorded().follow_up();
      return;
    case PlanEvent::kGoalAssessed:
      if (plan.in_force.has_value()) plan.in_force->assessments[event.goal_assessed().goal_id()] = event.goal_assessed();
      return;
    case PlanEvent::kPlanRevisionOpened:
      return Apply(plan, event.plan_revision_opened());
    case PlanEvent::kResponsibleChanged:
      return Apply(plan, event.responsible_changed());
    case PlanEvent::kPlanClosed:
      return Apply(plan, event.plan_closed());
    case PlanEvent::KIND_NOT_SET:
      return;
  }
}

}  // namespace

void PlanDecider::Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta) {
  PlanState& plan = state.plans[stream.id];
  ApplyKind(plan, event);
  plan.latest.Note(meta.occurred_at);
}

static_assert(LeafKeeper<PlanDecider>);

void PlanDecider::NoteLeaf(State& state, const StreamId& stream, const Event& event, absl::string_view leaf) {
  if (!event.has_plan_established()) return;
  PlanState& plan = state.plans[stream.id];
  if (plan.in_force.has_value()) plan.in_force->record_leaf = std::string(leaf);
}

}  // namespace sip
