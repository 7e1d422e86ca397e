// EstablishPlan: the draft comes into force, if it has all that the law (HSL 16:4, PLN-01), the rule set's form and the person's
// consent ask for.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_follow_up_rules.h"
#include "services/plans/domain/plan_notices.h"

namespace sip {
namespace {

using plans::v1::Action;
using plans::v1::ActionProgress;
using plans::v1::ActionStatus;
using plans::v1::EstablishPlanRequest;
using plans::v1::PlanElement;
using plans::v1::PlanEstablished;
using plans::v1::PlanEvent;
using rules::v1::PlanField;

void CheckActions(const PlanElements& elements, Violations& violations) {
  const auto actions = elements.OfKind(PlanElement::kAction);
  if (actions.empty()) violations.Add(Reason::REASON_PLAN_MEASURES_MISSING, "PLN-01");
  for (const PlanElement* element : actions) {
    const Action& action = element->action();
    if (action.responsible().empty() || action.statutory_class() == plans::v1::STATUTORY_CLASS_UNSPECIFIED) {
      violations.Add(Reason::REASON_PLAN_ACTION_RESPONSIBLE_MISSING, "PLN-01", "", element->element_id());
    }
  }
}

// The law asks for an explicit statement, and what it says must agree with the measures.
void CheckOthersMeasures(const PlanElements& elements, Violations& violations) {
  const auto actions = elements.OfKind(PlanElement::kAction);
  const bool listed = std::any_of(actions.begin(), actions.end(), [](const PlanElement* element) {
    return element->action().statutory_class() == plans::v1::STATUTORY_CLASS_OTHER;
  });
  const PlanElement* element = elements.First(PlanElement::kOthersMeasures);
  const auto statement =
      element == nullptr ? plans::v1::OTHERS_MEASURES_STATEMENT_UNSPECIFIED : element->others_measures().statement();
  const auto expected = listed ? plans::v1::OTHERS_MEASURES_STATEMENT_LISTED : plans::v1::OTHERS_MEASURES_STATEMENT_NONE;
  if (statement != expected) {
    violations.Add(Reason::REASON_PLAN_OTHERS_MEASURES_MISSING, "PLN-01", "",
                   absl::StrCat("Expected ", plans::v1::OthersMeasuresStatement_Name(expected), "."));
  }
}

void CheckPrincipal(const PlanInput& input, const std::string& principal, Violations& violations) {
  if (principal.empty()) {
    violations.Add(Reason::REASON_PLAN_RESPONSIBLE_MISSING, "PLN-01");
  } else if (!IsPublicPrincipal(*input.context.agencies, principal)) {
    violations.Add(Reason::REASON_PLAN_PRINCIPAL_NOT_PUBLIC, "RES-01", "", principal);
  }
}

// Each need has a goal that answers to it (PLN-05).
void CheckNeeds(const PlanElements& elements, Violations& violations) {
  const auto goals = elements.OfKind(PlanElement::kGoal);
  for (const PlanElement* need : elements.OfKind(PlanElement::kNeed)) {
    const bool answered = std::any_of(goals.begin(), goals.end(), [&](const PlanElement* goal) {
      const auto& ids = goal->goal().need_ids();
      return std::find(ids.begin(), ids.end(), need->element_id()) != ids.end();
    });
    if (!answered) {
      violations.Add(Reason::REASON_PLAN_FIELD_MISSING, "PLN-05", "",
                     absl::StrCat("No goal answers to the need ", need->element_id()));
    }
  }
}

// The kind of element that fills a field of the form; not set for those that have rules of their own.
PlanElement::KindCase KindOf(PlanField field) {
  switch (field) {
    case rules::v1::PLAN_FIELD_PERSONAL_DATA:
      return PlanElement::kPersonalData;
    case rules::v1::PLAN_FIELD_CONSENT:
      return PlanElement::kConsent;
    case rules::v1::PLAN_FIELD_PARTICIPANTS:
      return PlanElement::kParticipant;
    case rules::v1::PLAN_FIELD_CONTACT_PLACE:
      return PlanElement::kContactPlace;
    case rules::v1::PLAN_FIELD_WHY:
      return PlanElement::kPurpose;
    case rules::v1::PLAN_FIELD_LONG_TERM_GOALS:
      return PlanElement::kLongTermGoal;
    case rules::v1::PLAN_FIELD_SITUATION:
      return PlanElement::kSituation;
    case rules::v1::PLAN_FIELD_WHAT_MATTERS:
      return PlanElement::kWhatMatters;
    case rules::v1::PLAN_FIELD_STRENGTHS:
      return PlanElement::kStrength;
    case rules::v1::PLAN_FIELD_NEEDS:
      return PlanElement::kNeed;
    case rules::v1::PLAN_FIELD_RISKS:
      return PlanElement::kRiskAssessment;
    case rules::v1::PLAN_FIELD_GOALS:
      return PlanElement::kGoal;
    case rules::v1::PLAN_FIELD_OPINION:
      return PlanElement::kIndividualOpinion;
    case rules::v1::PLAN_FIELD_SIGNATURES:
      return PlanElement::kSigner;
    case rules::v1::PLAN_FIELD_COPY_RECIPIENTS:
      return PlanElement::kCopyRecipient;
    case rules::v1::PLAN_FIELD_CRISIS_PLAN:
      return PlanElement::kCrisisPlan;
    case rules::v1::PLAN_FIELD_DISAGREEMENT:
      return PlanElement::kDisagreement;
    case rules::v1::PLAN_FIELD_PLACEMENT:
      return PlanElement::kPlacementNote;
    case rules::v1::PLAN_FIELD_PREVIOUSLY_DECLINED:
      return PlanElement::kPreviouslyDeclined;
    default:  // Fields with rules of their own, and any that a newer rule set may bring.
      return PlanElement::KIND_NOT_SET;
  }
}

void CheckForm(const PlanInput& input, const PlanElements& elements, Violations& violations) {
  for (const rules::v1::TemplateField& field : input.rules.plan_template().fields()) {
    if (!field.mandatory()) continue;
    const PlanElement::KindCase kind = KindOf(field.field());
    bool missing = kind != PlanElement::KIND_NOT_SET && elements.First(kind) == nullptr;
    if (field.field() == rules::v1::PLAN_FIELD_RESPONSIBLE_PERSON) {
      const PlanElement* responsible = elements.First(PlanElement::kResponsible);
      missing = responsible == nullptr || !responsible->responsible().has_person();
    }
    if (missing) violations.Add(Reason::REASON_PLAN_FIELD_MISSING, "PLN-10", "", rules::v1::PlanField_Name(field.field()));
  }
}

void CheckResponsiblesConsent(const PlanInput& input, const std::string& principal, Violations& violations) {
  for (const PlanElement* element : input.plan.draft->elements.OfKind(PlanElement::kAction)) {
    for (const plans::v1::ActionResponsible& responsible : element->action().responsible()) {
      if (CoveredForSharing(input, responsible.party(), principal)) continue;
      violations.Add(Reason::REASON_PLAN_OUTSIDE_CONSENT, "CON-12", "", element->element_id());
      break;
    }
  }
}

void CheckDraftFollowUp(const PlanInput& input, Violations& violations) {
  const PlanElement* element = input.plan.draft->elements.First(PlanElement::kFollowUp);
  CheckNextFollowUp(input, element == nullptr ? nullptr : &element->follow_up(), "", violations);
}

ActionStatus InitialStatus(const Action& action) {
  switch (action.schedule().start().phrase()) {
    case plans::v1::SCHEDULE_PHRASE_IMMEDIATELY:
      return plans::v1::ACTION_STATUS_STARTS_IMMEDIATELY;
    case plans::v1::SCHEDULE_PHRASE_ONGOING:
      return plans::v1::ACTION_STATUS_ONGOING;
    case plans::v1::SCHEDULE_PHRASE_DONE:
      return plans::v1::ACTION_STATUS_DONE;
    default:  // Anything else lies ahead.
      return plans::v1::ACTION_STATUS_PLANNED;
  }
}

// What was reported and accepted stays; but an acceptance was for the action as it was then (INI-13).
ActionProgress ProgressOf(const PlanInput& input, const PlanElement& element) {
  ActionProgress progress;
  progress.set_action_id(element.element_id());
  progress.set_status(InitialStatus(element.action()));
  if (!input.plan.in_force.has_value()) return progress;
  const auto known = input.plan.in_force->progress.find(element.element_id());
  if (known == input.plan.in_force->progress.end()) return progress;
  const PlanElement* before = input.plan.in_force->elements.Find(element.element_id(), PlanElement::kAction);
  const bool changed = before == nullptr || before->revision() != element.revision();
  // A new schedule that says where the action stands beats a status that nobody has reported.
  const bool keep_status = known->second.has_reported_at() || !changed;
  const ActionStatus initial = progress.status();
  progress = known->second;
  if (!keep_status) progress.set_status(initial);
  if (changed) progress.clear_acceptances();
  return progress;
}

PlanEvent Established(const PlanInput& input, const EstablishPlanRequest& request, const std::string& principal) {
  PlanEvent event;
  PlanEstablished& established = *event.mutable_plan_established();
  const PlanElements& elements = input.plan.draft->elements;
  established.set_plan_revision(input.plan.draft->plan_revision);
  *established.mutable_content() = elements.ToContent();
  established.set_principal_agency_id(principal);
  for (const PlanElement* action : elements.OfKind(PlanElement::kAction)) *established.add_progress() = ProgressOf(input, *action);
  *established.mutable_notify() = CopyHolders(input.plan);
  if (const PlanElement* follow_up = elements.First(PlanElement::kFollowUp);
      follow_up != nullptr && follow_up->follow_up().has_date()) {
    *established.mutable_follow_up_date() = follow_up->follow_up().date();
  }
  established.set_individual_approves(request.individual_approves());
  return event;
}

PlanDecision WithoutDraft(const PlanInput& input, const EstablishPlanRequest& request) {
  if (!input.plan.in_force.has_value()) return Reject(Reason::REASON_PLAN_NO_DRAFT);
  if (!LeadsPlan(input)) return NotFound();
  if (input.plan.in_force->plan_revision == request.plan_revision()) return Fulfilled();
  return Reject(Reason::REASON_PLAN_NO_DRAFT);
}

}  // namespace

PlanDecision DecideEstablish(const PlanInput& input, const EstablishPlanRequest& request) {
  if (!input.plan.draft.has_value()) return WithoutDraft(input, request);
  const std::string principal = ResponsiblePrincipal(input.plan);
  // A draft without a valid principal has nobody who alone may establish it: whoever may know it is told what is missing.
  if (IsPublicPrincipal(*input.context.agencies, principal) && principal != input.context.actor.agency_id()) return NotFound();
  const PlanElements& elements = input.plan.draft->elements;
  Violations violations = CheckTime(input);
  if (request.plan_revision() != input.plan.draft->plan_revision) {
    violations.Add(Reason::REASON_STREAM_VERSION_MOVED, "", "plan_revision",
                   absl::StrCat("The draft is revision ", input.plan.draft->plan_revision, "."));
  }
  CheckActions(elements, violations);
  CheckOthersMeasures(elements, violations);
  CheckPrincipal(input, principal, violations);
  CheckNeeds(elements, violations);
  CheckForm(input, elements, violations);
  CheckDraftFollowUp(input, violations);
  CheckConsentFor(rules::v1::GATED_STEP_ESTABLISH_PLAN, input.rules, input.state, input.context, violations);
  CheckResponsiblesConsent(input, principal, violations);
  if (input.plan.in_force.has_value() && input.rules.signature().individual_approves_changes() && !request.individual_approves()) {
    violations.Add(Reason::REASON_PLAN_APPROVAL_MISSING, "PLN-13", "individual_approves");
  }
  return Unless(violations, Established(input, request, principal));
}

}  // namespace sip
