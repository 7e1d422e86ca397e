// ClosePlan: for a reason of the rule set, with the test that the reason asks for, when all have been told (CLO-01, CLO-04…06).
#include "libs/calendar/period.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_notices.h"

namespace sip {
namespace {

using common::v1::PartyKey;
using plans::v1::ClosePlanRequest;
using plans::v1::PlanEvent;
using rules::v1::ClosingGround;

// The responsible principal; while no revision is in force, also the agency that drafted the plan.
bool MayClose(const PlanInput& input) {
  const std::string& agency = input.context.actor.agency_id();
  if (input.plan.in_force.has_value()) return LeadsPlan(input);
  return agency == input.plan.drafting_agency_id || agency == ResponsiblePrincipal(input.plan);
}

// Unspecified when the rule set has no such reason.
ClosingGround GroundOf(const rules::v1::RuleSet& rules, const std::string& code) {
  const rules::v1::ClosingReason* reason = FindCode(rules.closing().plan_reasons(), code);
  return reason == nullptr ? rules::v1::CLOSING_GROUND_UNSPECIFIED : reason->ground();
}

// Who was born at a day that is not known counts as adult: the stricter test.
bool IsAdult(const PlanInput& input) {
  const common::v1::CaseFacts& facts = input.state.case_record->facts;
  if (!facts.has_birth_date() || !IsValid(facts.birth_date())) return true;
  const absl::CivilDay birth = FromProto(facts.birth_date());
  const absl::CivilDay birthday(birth.year() + kAdultAge, birth.month(), birth.day());
  return LocalDay(input.context.occurred_at, input.context.zone) >= birthday;
}

void CheckTest(const PlanInput& input, const plans::v1::ClosingTest& test, Violations& violations) {
  if (!input.plan.in_force.has_value()) violations.Add(Reason::REASON_PLAN_NOT_IN_FORCE, "CLO-01");
  if (!IsAdult(input)) return;
  const auto check = [&](plans::v1::YesNo answer, absl::string_view field) {
    if (answer != plans::v1::YES_NO_YES) violations.Add(Reason::REASON_PLAN_CLOSING_TEST_FAILED, "CLO-01", field);
  };
  check(test.goals_met(), "test.goals_met");
  check(test.no_further_need(), "test.no_further_need");
  check(test.no_new_need_expected(), "test.no_new_need_expected");
}

void CheckReplacement(const PlanInput& input, const std::string& plan_id, Violations& violations) {
  if (plan_id.empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CLO-05", "replaced_by_plan_id");
    return;
  }
  const auto it = input.state.plans.find(Uuid::Parse(plan_id).value_or(Uuid()));
  if (it == input.state.plans.end() || plan_id == input.plan.plan_id || IsClosed(it->second)) {
    violations.Add(Reason::REASON_PLAN_CLOSING_REASON_INVALID, "CLO-05", "replaced_by_plan_id", "Not an open plan of the case.");
  }
}

void CheckReason(const PlanInput& input, const ClosePlanRequest& request, ClosingGround ground, Violations& violations) {
  switch (ground) {
    case rules::v1::CLOSING_GROUND_UNSPECIFIED:
      violations.Add(Reason::REASON_PLAN_CLOSING_REASON_INVALID, "CLO-05", "reason_code", "Not a code of the rule set.");
      break;
    case rules::v1::CLOSING_GROUND_GOALS_MET:
      CheckTest(input, request.test(), violations);
      break;
    case rules::v1::CLOSING_GROUND_CONSENT_WITHDRAWN:
      if (!input.state.consent.withdrawn_as_a_whole()) {
        violations.Add(Reason::REASON_PLAN_CLOSING_REASON_INVALID, "CLO-04", "reason_code", "The consent is not withdrawn.");
      }
      break;
    case rules::v1::CLOSING_GROUND_REPLACED:
      CheckReplacement(input, request.replaced_by_plan_id(), violations);
      break;
    case rules::v1::CLOSING_GROUND_ERROR:
      if (request.text().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "CLO-05", "text");
      break;
    default:  // Nothing more is asked for.
      break;
  }
}

// Everybody who takes part or holds a copy has been told (CLO-06); the closing agency knows it, and the dead cannot be told.
void CheckInformed(const PlanInput& input, const ClosePlanRequest& request, ClosingGround ground, Violations& violations) {
  NoticeList missing;
  PartyKey individual;
  individual.mutable_individual();
  missing.Add(individual);
  missing.AddParticipants(input.plan);
  missing.AddCopyHolders(input.plan);
  missing.Remove(AgencyKey(input.context.actor.agency_id()));
  if (ground == rules::v1::CLOSING_GROUND_DEATH) missing.Remove(individual);
  for (const PartyKey& informed : request.informed()) missing.Remove(informed);
  for (const plans::v1::NoticeRecipient& recipient : missing.ToProto()) {
    violations.Add(Reason::REASON_PLAN_NOT_ALL_INFORMED, "CLO-06", "informed", KeyText(recipient.party()));
  }
}

}  // namespace

PlanDecision DecideClose(const PlanInput& input, const ClosePlanRequest& request) {
  if (!MayClose(input)) return NotFound();
  const ClosingGround ground = GroundOf(input.rules, request.reason_code());
  Violations violations = CheckTime(input);
  CheckReason(input, request, ground, violations);
  CheckInformed(input, request, ground, violations);
  PlanEvent event;
  plans::v1::PlanClosed& closed = *event.mutable_plan_closed();
  closed.set_reason_code(request.reason_code());
  closed.set_ground(ground);
  closed.set_text(request.text());
  if (request.has_test()) *closed.mutable_test() = request.test();
  *closed.mutable_informed() = request.informed();
  *closed.mutable_notify() = CopyHolders(input.plan);
  closed.set_evaluation(request.evaluation());
  if (ground == rules::v1::CLOSING_GROUND_REPLACED) closed.set_replaced_by_plan_id(request.replaced_by_plan_id());
  return Unless(violations, std::move(event));
}

}  // namespace sip
