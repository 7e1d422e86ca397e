// Opening a case: INI-01 … INI-05, INI-07, INI-09, INI-10, INI-12.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/checks.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/case_decisions.h"
#include "services/plans/domain/case_initiative.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using cases::v1::OpenCaseCommand;
using cases::v1::OpenCaseRequest;
using common::v1::Occurred;

bool SameMoment(const Occurred& a, const Occurred& b) { return a.SerializeAsString() == b.SerializeAsString(); }

// The case exists: for its opener the same again changes nothing; for others it must not even show.
CaseDecision OpenAgain(const PlansState& state, const OpenCaseRequest& request, const DecisionContext& context) {
  if (!IsParty(state, context.actor.agency_id())) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "case_id");
  const CaseRecord& record = *state.case_record;
  const bool sip = record.kind == cases::v1::CASE_KIND_SIP;
  const bool same = record.opened_by_agency_id == context.actor.agency_id() && record.facts.subject_id() == request.subject_id() &&
                    record.kind == request.kind() && (!sip || SameMoment(record.facts.need_noticed(), request.need_noticed()));
  if (!same) return Reject(Reason::REASON_ID_TAKEN, "", "case_id");
  return std::vector<CaseEvent>{};
}

bool KnowsSubject(const OpenCaseCommand& command) {
  return command.has_subject() && !command.subject().subject_id().empty() &&
         command.subject().subject_id() == command.request().subject_id();
}

void CheckKind(const OpenCaseRequest& request, Violations& violations) {
  switch (static_cast<int>(request.kind())) {
    case cases::v1::CASE_KIND_SIP:
      if (!request.has_need_noticed()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INI-12", "need_noticed");
      if (!request.has_initiative()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INI-04", "initiative");
      break;
    case cases::v1::CASE_KIND_DEVIATION_ONLY:
      if (request.has_need_noticed()) violations.Add(Reason::REASON_INITIATIVE_NOT_EXPECTED, "", "need_noticed");
      if (request.has_initiative()) violations.Add(Reason::REASON_INITIATIVE_NOT_EXPECTED, "", "initiative");
      break;
    default:
      violations.Add(Reason::REASON_FIELD_INVALID, "", "kind");
  }
}

void CheckNeedNoticed(const OpenCaseRequest& request, const DecisionContext& context, Violations& violations) {
  if (!request.has_need_noticed()) return;
  const Occurred& need = request.need_noticed();
  if (!IsValid(need)) {
    violations.Add(Reason::REASON_FIELD_INVALID, "INI-12", "need_noticed");
  } else if (IsInFuture(need, context.now, kOccurredAtSkew, context.zone)) {
    violations.Add(Reason::REASON_OCCURRED_AT_IN_FUTURE, "INI-12", "need_noticed");
  } else if (Precedes(context.occurred_at, EffectiveTime(need, context.zone), context.zone)) {
    violations.Add(Reason::REASON_END_BEFORE_START, "INI-12", "need_noticed", "The case was opened before the need was noticed.");
  }
}

// The opener, then the others, each once.
std::vector<std::string> AgenciesOf(const OpenCaseRequest& request, const DecisionContext& context) {
  std::vector<std::string> agencies = {context.actor.agency_id()};
  for (const std::string& id : request.other_agency_ids()) {
    if (std::find(agencies.begin(), agencies.end(), id) == agencies.end()) agencies.push_back(id);
  }
  return agencies;
}

void CheckAgencies(const OpenCaseRequest& request, const DecisionContext& context, Violations& violations) {
  for (int i = 0; i < request.other_agency_ids_size(); ++i) {
    if (context.agencies->Find(request.other_agency_ids(i)) == nullptr) {
      violations.Add(Reason::REASON_AGENCY_NOT_IN_DIRECTORY, "", absl::StrCat("other_agency_ids[", i, "]"));
    }
  }
  if (request.kind() != cases::v1::CASE_KIND_SIP) return;
  const std::vector<std::string> agencies = AgenciesOf(request, context);
  if (std::none_of(agencies.begin(), agencies.end(),
                   [&](const std::string& id) { return !PrincipalOf(id, *context.agencies).empty(); })) {
    violations.Add(Reason::REASON_NO_PRINCIPAL_NAMED, "INI-07", "other_agency_ids");
  }
}

// When the need is, or the deviation: it decides the rule set. Only for a request whose need, if any, is valid.
const Occurred& NeedOf(const OpenCaseRequest& request, const DecisionContext& context) {
  return IsValid(request.need_noticed()) ? request.need_noticed() : context.occurred_at;
}

// The rule set to pin; null, with a violation, if there is none.
const rules::v1::RuleSet* FindRules(const OpenCaseRequest& request, const rules::v1::Agency& agency, const DecisionContext& context,
                                    Violations& violations) {
  const absl::CivilDay day = LocalDay(NeedOf(request, context), context.zone);
  const rules::v1::RuleSet* rules = context.rule_sets->ValidOn(agency.rule_set_owner(), day);
  if (rules == nullptr) {
    violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "", request.has_need_noticed() ? "need_noticed" : "occurred_at",
                   absl::StrCat("No rule set of '", agency.rule_set_owner(), "' is valid on ", absl::FormatCivilTime(day), "."));
  }
  return rules;
}

bool NeedIsPresumed(const cases::v1::Initiative& initiative, const rules::v1::RuleSet& rules) {
  const auto& groups = initiative.target_groups();
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& code) {
    const rules::v1::TargetGroup* group = FindCode(rules.target_groups(), code);
    return group != nullptr && group->need_presumed();
  });
}

common::v1::CaseFacts FactsOf(const OpenCaseCommand& command, const rules::v1::RuleSet& rules, const DecisionContext& context) {
  common::v1::CaseFacts facts;
  facts.set_case_id(context.case_id.ToString());
  facts.set_subject_id(command.subject().subject_id());
  if (command.subject().has_birth_date()) *facts.mutable_birth_date() = command.subject().birth_date();
  facts.set_protection(command.subject().protection());
  facts.set_rule_set_id(rules.id());
  facts.set_rule_set_digest(context.rule_sets->DigestOf(rules));
  for (std::string& id : AgenciesOf(command.request(), context)) facts.add_agency_ids(std::move(id));
  facts.set_open(true);
  *facts.mutable_need_noticed() = NeedOf(command.request(), context);
  facts.set_deviation_only(command.request().kind() == cases::v1::CASE_KIND_DEVIATION_ONLY);
  return facts;
}

}  // namespace

CaseDecision DecideOpen(const PlansState& state, const OpenCaseCommand& command, const DecisionContext& context) {
  const OpenCaseRequest& request = command.request();
  if (state.case_record.has_value()) return OpenAgain(state, request, context);
  const rules::v1::Agency* agency = context.agencies->Find(context.actor.agency_id());
  if (agency == nullptr) return Reject(Reason::REASON_AGENCY_UNKNOWN);
  if (!KnowsSubject(command)) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "subject_id");

  Violations violations;
  CheckOccurredAt(context, std::nullopt, violations);
  CheckKind(request, violations);
  CheckNeedNoticed(request, context, violations);
  CheckAgencies(request, context, violations);
  const rules::v1::RuleSet* rules = FindRules(request, *agency, context, violations);
  if (request.kind() == cases::v1::CASE_KIND_SIP && request.has_initiative()) {
    CheckInitiative(request.initiative(), *context.agencies, violations);
    if (rules != nullptr) {
      CheckCodes(request.initiative().indications(), rules->need().indications(), "INI-10", "initiative.indications", violations);
      CheckCodes(request.initiative().target_groups(), rules->target_groups(), "INI-09", "initiative.target_groups", violations);
    }
  }
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](CaseEvent& event) {
    cases::v1::CaseOpened& opened = *event.mutable_case_opened();
    opened.set_kind(request.kind());
    if (request.has_initiative()) *opened.mutable_initiative() = request.initiative();
    opened.set_opened_by_agency_id(context.actor.agency_id());
    *opened.mutable_facts() = FactsOf(command, *rules, context);
    opened.set_need_presumed(NeedIsPresumed(request.initiative(), *rules));
  });
}

}  // namespace sip
