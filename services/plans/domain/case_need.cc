// Contact, judgement of the need, refusal of a request: INI-01, INI-05, INI-06, INI-10, INI-12.
#include <algorithm>
#include <string>
#include <utility>

#include "services/plans/domain/case.h"
#include "services/plans/domain/case_decisions.h"
#include "services/plans/domain/case_initiative.h"

namespace sip {
namespace {

using cases::v1::AssessNeedRequest;
using cases::v1::CaseEvent;
using cases::v1::NeedVerdict;

std::string ActingPrincipal(const CaseInput& input) {
  return PrincipalOf(input.context.actor.agency_id(), *input.context.agencies);
}

// What the principal judged last; UNSPECIFIED if nothing.
NeedVerdict VerdictOf(const CaseRecord& record, const std::string& principal) {
  const auto it = record.verdicts.find(principal);
  return it == record.verdicts.end() ? cases::v1::NEED_VERDICT_UNSPECIFIED : it->second;
}

// The plan that was accepted rests on this principal's judgement alone.
bool AcceptedPlanRestsOn(const CaseRecord& record, const std::string& principal) {
  if (record.offer != OfferState::kAccepted) return false;
  return std::none_of(record.verdicts.begin(), record.verdicts.end(), [&](const auto& verdict) {
    return verdict.first != principal && verdict.second == cases::v1::NEED_VERDICT_NEEDED;
  });
}

// INI-01: measures from both, unless the region allows plans within one principal; never none.
bool NeedsSuffice(const AssessNeedRequest& request, const rules::v1::RuleSet& rules) {
  if (request.social_services_needed() && request.health_care_needed()) return true;
  return rules.need().same_principal_plans() && (request.social_services_needed() || request.health_care_needed());
}

void CheckVerdict(const CaseInput& input, const AssessNeedRequest& request, const std::string& principal, Violations& violations) {
  switch (static_cast<int>(request.verdict())) {
    case cases::v1::NEED_VERDICT_NEEDED:
    case cases::v1::NEED_VERDICT_NOT_NEEDED:
      break;
    default:
      violations.Add(Reason::REASON_FIELD_INVALID, "INI-01", "verdict");
  }
  const rules::v1::RuleSet* rules = CaseRules(input.state, input.context);
  if (rules == nullptr) {
    violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "");
    return;
  }
  CheckCodes(request.indications(), rules->need().indications(), "INI-10", "indications", violations);
  if (request.verdict() == cases::v1::NEED_VERDICT_NEEDED && !NeedsSuffice(request, *rules)) {
    violations.Add(Reason::REASON_NEED_NOT_OF_BOTH_PRINCIPALS, "INI-01", "verdict");
  }
  if (request.verdict() == cases::v1::NEED_VERDICT_NOT_NEEDED && AcceptedPlanRestsOn(input.record, principal)) {
    violations.Add(Reason::REASON_PLAN_ALREADY_ACCEPTED, "INI-01", "verdict");
  }
}

}  // namespace

CaseDecision DecideContactMade(const CaseInput& input, const cases::v1::RecordContactMadeRequest& request) {
  Violations violations = CheckOpenCase(input);
  CheckOwnStaff(request.by(), "by", input.context, violations);
  const AgencyDirectory& agencies = *input.context.agencies;
  const std::string& other = request.with().unit().agency_id();
  if (other == input.context.actor.agency_id()) {
    violations.Add(Reason::REASON_CONTACT_WITH_SELF, "INI-12", "with.unit.agency_id");
  } else if (agencies.Find(other) == nullptr) {
    violations.Add(Reason::REASON_AGENCY_NOT_IN_DIRECTORY, "INI-02", "with.unit.agency_id");
  }
  if (!violations.empty()) return violations.ToRejection();

  std::vector<CaseEvent> events;
  auto added = PartyAdded(input.record.facts, other, cases::v1::PARTY_ADDED_CAUSE_CONTACTED);
  if (added.has_value()) events.push_back(*std::move(added));
  CaseEvent event;
  cases::v1::ContactMade& contact = *event.mutable_contact_made();
  *contact.mutable_by() = request.by();
  *contact.mutable_with() = request.with();
  contact.set_channel(request.channel());
  contact.set_note(request.note());
  const std::string principal = ActingPrincipal(input);
  const std::string other_principal = PrincipalOf(other, agencies);
  contact.set_between_principals(!principal.empty() && !other_principal.empty() && principal != other_principal);
  events.push_back(std::move(event));
  return events;
}

CaseDecision DecideAssessNeed(const CaseInput& input, const AssessNeedRequest& request) {
  const std::string principal = ActingPrincipal(input);
  Violations violations = CheckOpenCase(input);
  CheckSipCase(input, violations);
  if (principal.empty()) violations.Add(Reason::REASON_NOT_A_PRINCIPAL, "INI-01");
  CheckOwnStaff(request.assessor(), "assessor", input.context, violations);
  CheckVerdict(input, request, principal, violations);
  if (!violations.empty()) return violations.ToRejection();
  if (VerdictOf(input.record, principal) == request.verdict()) return std::vector<CaseEvent>{};
  return OneEvent([&](CaseEvent& event) {
    cases::v1::NeedAssessed& assessed = *event.mutable_need_assessed();
    assessed.set_principal_agency_id(principal);
    assessed.set_agency_id(input.context.actor.agency_id());
    assessed.set_verdict(request.verdict());
    assessed.set_social_services_needed(request.social_services_needed());
    assessed.set_health_care_needed(request.health_care_needed());
    *assessed.mutable_assessor() = request.assessor();
    assessed.set_grounds(request.grounds());
    *assessed.mutable_indications() = request.indications();
  });
}

CaseDecision DecideRefuse(const CaseInput& input, const cases::v1::RefuseRequestRequest& request) {
  const std::string principal = ActingPrincipal(input);
  Violations violations = CheckOpenCase(input);
  CheckSipCase(input, violations);
  if (principal.empty()) violations.Add(Reason::REASON_NOT_A_PRINCIPAL, "INI-06");
  CheckOwnStaff(request.decided_by(), "decided_by", input.context, violations);
  if (request.reason().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INI-06", "reason");
  if (!IsRequest(input.record.initiative)) violations.Add(Reason::REASON_NOTHING_REQUESTED, "INI-06");
  if (NeedIsAssessed(input.record)) {
    violations.Add(Reason::REASON_NEED_ALREADY_JUDGED, "INI-01");
  } else if (!principal.empty() && VerdictOf(input.record, principal) != cases::v1::NEED_VERDICT_NOT_NEEDED) {
    violations.Add(Reason::REASON_NEED_NOT_ASSESSED, "INI-06");
  }
  if (!violations.empty()) return violations.ToRejection();
  if (input.record.refused_by.contains(input.context.actor.agency_id())) return std::vector<CaseEvent>{};
  return OneEvent([&](CaseEvent& event) {
    cases::v1::RequestRefused& refused = *event.mutable_request_refused();
    refused.set_agency_id(input.context.actor.agency_id());
    *refused.mutable_decided_by() = request.decided_by();
    refused.set_reason(request.reason());
  });
}

}  // namespace sip
