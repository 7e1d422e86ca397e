#include "services/deviations/domain/report.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/domain/checks.h"
#include "libs/rules/lookups.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::deviations {
namespace {

using rules::v1::Agency;
using rules::v1::DeviationGround;
using rules::v1::RuleSet;
using v1::DeviationEvent;
using v1::DeviationReported;
using v1::ReportDeviationRequest;

// The region or municipality that answers for the agency, or the agency itself. Empty when it is not in the directory.
std::string PrincipalOf(const DecisionContext& context, const std::string& agency_id) {
  const Agency* agency = context.agencies->Find(agency_id);
  if (agency == nullptr) return "";
  return agency->acts_for_agency_id().empty() ? agency_id : agency->acts_for_agency_id();
}

bool BetweenPrincipals(const ReportDeviationRequest& request, const DecisionContext& context) {
  return PrincipalOf(context, context.actor.agency_id()) != PrincipalOf(context, request.counterpart().agency_id());
}

std::set<std::string> Distinct(const ReportDeviationRequest& request) {
  return {request.grounds().begin(), request.grounds().end()};
}

// The intention is fulfilled: the same was reported under this id.
bool IsReportedAlready(const DeviationEntry& entry, const ReportDeviationRequest& request, const DecisionContext& context) {
  if (entry.phase == DeviationPhase::kSuggested || entry.phase == DeviationPhase::kDismissed) return false;
  const bool same_meeting = request.meeting_id().empty() || request.meeting_id() == entry.meeting_id;
  return entry.reporting_agency_id == context.actor.agency_id() && same_meeting && entry.plan_id == request.plan_id() &&
         entry.counterpart.agency_id() == request.counterpart().agency_id() &&
         entry.counterpart.unit_id() == request.counterpart().unit_id() &&
         std::set<std::string>(entry.grounds.begin(), entry.grounds.end()) == Distinct(request);
}

// A suggestion can be taken up for the party and the meeting that it is about.
void CheckEntry(const DeviationEntry& entry, const ReportDeviationRequest& request, Violations& violations) {
  switch (entry.phase) {
    case DeviationPhase::kSuggested:
      if (entry.suggested_party.agency_id() != request.counterpart().agency_id()) {
        violations.Add(Reason::REASON_DEVIATION_OTHER_THAN_SUGGESTED, "DEV-06", "counterpart.agency_id");
      }
      if (!request.meeting_id().empty() && request.meeting_id() != entry.meeting_id) {
        violations.Add(Reason::REASON_DEVIATION_OTHER_THAN_SUGGESTED, "DEV-06", "meeting_id");
      }
      return;
    case DeviationPhase::kDismissed:
      violations.Add(Reason::REASON_DEVIATION_SUGGESTION_SETTLED, "DEV-06", "deviation_id");
      return;
    case DeviationPhase::kReported:
    case DeviationPhase::kAcknowledged:
    case DeviationPhase::kAnswered:
    case DeviationPhase::kClosed:
      violations.Add(Reason::REASON_ID_TAKEN, "DEV-07", "deviation_id");
      return;
  }
}

void CheckReporter(const ReportDeviationRequest& request, const DecisionContext& context, Violations& violations) {
  if (request.reporter().informant() == common::v1::INFORMANT_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "DEV-07", "reporter.informant");
  }
  if (request.reporter().staff().unit().agency_id() != context.actor.agency_id()) {
    violations.Add(Reason::REASON_DEVIATION_REPORTER_OF_OTHER_AGENCY, "DEV-07", "reporter.staff.unit.agency_id");
  }
}

void CheckGround(const RuleSet& rules, const std::string& code, const Agency* counterpart, const std::string& field,
                 Violations& violations) {
  const DeviationGround* ground = FindCode(rules.deviations().grounds(), code);
  if (ground == nullptr) {
    violations.Add(Reason::REASON_CODE_UNKNOWN, "DEV-01", field);
    return;
  }
  const auto& kinds = ground->agency_kinds();
  if (counterpart != nullptr && !kinds.empty() && std::find(kinds.begin(), kinds.end(), counterpart->kind()) == kinds.end()) {
    violations.Add(Reason::REASON_DEVIATION_GROUND_NOT_APPLICABLE, "DEV-03", field);
  }
}

void CheckByRules(const RuleSet& rules, const ReportDeviationRequest& request, const DecisionContext& context,
                  Violations& violations) {
  const Agency* counterpart = context.agencies->Find(request.counterpart().agency_id());
  if (counterpart == nullptr) {
    violations.Add(Reason::REASON_DEVIATION_COUNTERPART_UNKNOWN, "DEV-07", "counterpart.agency_id");
  }
  if (request.grounds().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "DEV-01", "grounds");
  for (int i = 0; i < request.grounds_size(); ++i) {
    CheckGround(rules, request.grounds(i), counterpart, absl::StrCat("grounds[", i, "]"), violations);
  }
  const bool only_between = rules.deviations().scope() == rules::v1::DEVIATION_SCOPE_BETWEEN_PRINCIPALS;
  if (only_between && counterpart != nullptr && !BetweenPrincipals(request, context)) {
    violations.Add(Reason::REASON_DEVIATION_WITHIN_PRINCIPAL, "DEV-02", "counterpart.agency_id");
  }
}

}  // namespace

Uuid DeviationIdOf(const ReportDeviationRequest& request, const DecisionContext& context) {
  if (request.deviation_id().empty()) return context.MintId("deviation");
  return Uuid::Parse(request.deviation_id()).value_or(Uuid());
}

Decision<DeviationEvent> DecideReport(const DeviationsState& state, const ReportDeviationRequest& request,
                                      const DecisionContext& context) {
  const std::string deviation_id = DeviationIdOf(request, context).ToString();
  const auto found = state.deviations.find(deviation_id);
  const DeviationEntry* entry = found == state.deviations.end() ? nullptr : &found->second;
  if (entry != nullptr && IsReportedAlready(*entry, request, context)) return std::vector<DeviationEvent>{};

  Violations violations;
  if (entry != nullptr) CheckEntry(*entry, request, violations);
  CheckReporter(request, context, violations);
  // When it happened: what was recorded about it since does not stand in its way.
  CheckOccurredAt(context, std::nullopt, violations);
  const RuleSet* rules = context.rule_sets->FindByDigest(state.facts.case_facts->rule_set_digest());
  if (rules == nullptr) {
    violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "", "", state.facts.case_facts->rule_set_id());
  } else {
    CheckByRules(*rules, request, context, violations);
  }
  if (!violations.empty()) return violations.ToRejection();

  DeviationEvent event;
  DeviationReported& reported = *event.mutable_deviation_reported();
  reported.set_deviation_id(deviation_id);
  for (const std::string& ground : Distinct(request)) reported.add_grounds(ground);
  reported.set_description(request.description());
  *reported.mutable_reporter() = request.reporter();
  reported.set_reporting_agency_id(context.actor.agency_id());
  *reported.mutable_counterpart() = request.counterpart();
  reported.set_between_principals(BetweenPrincipals(request, context));
  reported.set_consequence(request.consequence());
  reported.set_immediate_action(request.immediate_action());
  reported.set_plan_id(request.plan_id());
  reported.set_meeting_id(entry == nullptr ? request.meeting_id() : entry->meeting_id);
  reported.set_from_suggestion(entry != nullptr);
  reported.set_answer_days(rules->deviations().answer_days());
  return std::vector<DeviationEvent>{std::move(event)};
}

}  // namespace sip::deviations
