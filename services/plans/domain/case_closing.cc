// Closing and reopening a case: CLO-05.
#include <algorithm>

#include "libs/domain/checks.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/case_decisions.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using cases::v1::CloseCaseRequest;

bool HasOpenPlan(const PlansState& state) {
  return std::any_of(state.plans.begin(), state.plans.end(), [](const auto& plan) { return !IsClosed(plan.second); });
}

void CheckDuplicate(const CaseInput& input, const CloseCaseRequest& request, const rules::v1::ClosingReason& reason,
                    Violations& violations) {
  const std::string& other = request.duplicate_of_case_id();
  const bool is_duplicate = reason.ground() == rules::v1::CLOSING_GROUND_DUPLICATE;
  if (is_duplicate && (other.empty() || other == input.record.facts.case_id())) {
    violations.Add(Reason::REASON_DUPLICATE_CASE_REQUIRED, "", "duplicate_of_case_id");
  }
  if (!is_duplicate && !other.empty()) {
    violations.Add(Reason::REASON_DUPLICATE_CASE_NOT_EXPECTED, "", "duplicate_of_case_id");
  }
}

void CheckReason(const CaseInput& input, const CloseCaseRequest& request, Violations& violations) {
  const rules::v1::RuleSet* rules = CaseRules(input.state, input.context);
  if (rules == nullptr) {
    violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "");
    return;
  }
  const rules::v1::ClosingReason* reason = FindCode(rules->closing().case_reasons(), request.reason_code());
  if (reason == nullptr) {
    violations.Add(Reason::REASON_CODE_UNKNOWN, "CLO-05", "reason_code");
    return;
  }
  CheckDuplicate(input, request, *reason, violations);
}

}  // namespace

CaseDecision DecideClose(const CaseInput& input, const CloseCaseRequest& request) {
  if (!input.record.facts.open()) return std::vector<CaseEvent>{};
  Violations violations = CheckOpenCase(input);
  CheckReason(input, request, violations);
  if (HasOpenPlan(input.state)) violations.Add(Reason::REASON_PLAN_NOT_CLOSED, "CLO-06");
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](CaseEvent& event) {
    cases::v1::CaseClosed& closed = *event.mutable_case_closed();
    closed.set_reason_code(request.reason_code());
    closed.set_duplicate_of_case_id(request.duplicate_of_case_id());
    closed.set_note(request.note());
    *closed.mutable_facts() = input.record.facts;
    closed.mutable_facts()->set_open(false);
  });
}

CaseDecision DecideReopen(const CaseInput& input, const cases::v1::ReopenCaseRequest& request) {
  if (input.record.facts.open()) return std::vector<CaseEvent>{};
  Violations violations;
  CheckOccurredAt(input.context, input.record.latest.EffectiveIn(input.context.zone), violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](CaseEvent& event) {
    cases::v1::CaseReopened& reopened = *event.mutable_case_reopened();
    reopened.set_reason(request.reason());
    *reopened.mutable_facts() = input.record.facts;
    reopened.mutable_facts()->set_open(true);
  });
}

}  // namespace sip
