#include "services/plans/domain/subject.h"

#include "libs/calendar/period.h"
#include "libs/domain/checks.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/subject_identifier.h"

namespace sip {
namespace {

using common::v1::Protection;
using subjects::v1::PersonIdentifier;
using subjects::v1::ResolveSubjectCommand;
using subjects::v1::ResolveSubjectRequest;
using subjects::v1::SubjectCommand;
using subjects::v1::SubjectEvent;

// The issuer must be one that the acting agency's region accepts today.
void CheckIssuer(const PersonIdentifier& identifier, absl::CivilDay today, const DecisionContext& context, Violations& violations) {
  if (!identifier.has_reserve_number()) return;
  const rules::v1::Agency* agency = context.agencies->Find(context.actor.agency_id());
  const rules::v1::RuleSet* rules = agency == nullptr ? nullptr : context.rule_sets->ValidOn(agency->rule_set_owner(), today);
  if (rules == nullptr) {
    violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "", "identifier.reserve_number.issuer_oid");
  } else if (FindCode(rules->reserve_number_issuers(), identifier.reserve_number().issuer_oid()) == nullptr) {
    violations.Add(Reason::REASON_IDENTIFIER_ISSUER_UNKNOWN, "", "identifier.reserve_number.issuer_oid");
  }
}

// The birth date as given, or as the number tells it; absent, with a violation, if it is missing or wrong.
std::optional<absl::CivilDay> BirthDate(const ResolveSubjectRequest& request, const IdentifierFacts& told, absl::CivilDay today,
                                        Violations& violations) {
  if (!request.has_birth_date()) {
    const bool can_tell = !request.identifier().has_reserve_number();
    if (!can_tell) violations.Add(Reason::REASON_BIRTH_DATE_REQUIRED, "", "birth_date");
    return told.birth_date;
  }
  if (!IsValid(request.birth_date())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", "birth_date");
    return std::nullopt;
  }
  const absl::CivilDay given = FromProto(request.birth_date());
  if (given > today || AgeOn(given, today) > kMaxAgeYears) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", "birth_date", "No living person can be born on that day.");
    return std::nullopt;
  }
  if (told.birth_date.has_value() && *told.birth_date != given) {
    violations.Add(Reason::REASON_BIRTH_DATE_CONTRADICTS, "", "birth_date");
  }
  return given;
}

Protection ProtectionOf(const ResolveSubjectRequest& request) {
  return request.protection() == common::v1::PROTECTION_UNSPECIFIED ? common::v1::PROTECTION_NONE : request.protection();
}

Decision<SubjectEvent> DecideResolve(const SubjectState& state, const ResolveSubjectCommand& command,
                                     const DecisionContext& context) {
  const ResolveSubjectRequest& request = command.request();
  const auto subject_id = Uuid::Parse(command.subject_id());
  if (!subject_id.has_value() || subject_id->IsNil()) return Reject(Reason::REASON_REQUEST_MALFORMED);
  const PersonIdentifier identifier = Normalized(request.identifier());
  const absl::CivilDay today = absl::ToCivilDay(context.now, context.zone);
  Violations violations;
  const IdentifierFacts told = CheckIdentifier(identifier, today, "identifier", violations);
  // Whoever is known need not be described again.
  if (state.facts.has_value() && violations.empty()) return std::vector<SubjectEvent>{};

  CheckOccurredAt(context, std::nullopt, violations);
  CheckIssuer(identifier, today, context, violations);
  const auto birth_date = BirthDate(request, told, today, violations);
  if (!common::v1::Protection_IsValid(request.protection())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "PRO-01", "protection");
  }
  if (!violations.empty()) return violations.ToRejection();
  SubjectEvent event;
  subjects::v1::SubjectRegistered& registered = *event.mutable_subject_registered();
  *registered.mutable_identifier() = identifier;
  if (birth_date.has_value()) *registered.mutable_birth_date() = ToProto(*birth_date);
  registered.set_protection(ProtectionOf(request));
  return std::vector<SubjectEvent>{event};
}

}  // namespace

StreamId SubjectStream(const Uuid& subject_id) { return StreamId{"subject", subject_id}; }

StreamId SubjectDecider::StreamOf(const Command& command, const DecisionContext& /*context*/) {
  return SubjectStream(Uuid::Parse(command.resolve_subject().subject_id()).value_or(Uuid()));
}

Decision<SubjectEvent> SubjectDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  switch (command.kind_case()) {
    case SubjectCommand::kResolveSubject:
      return DecideResolve(state, command.resolve_subject(), context);
    case SubjectCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void SubjectDecider::Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& /*meta*/) {
  switch (event.kind_case()) {
    case SubjectEvent::kSubjectRegistered: {
      cases::v1::SubjectFacts& facts = state.facts.emplace();
      facts.set_subject_id(stream.id.ToString());
      if (event.subject_registered().has_birth_date()) *facts.mutable_birth_date() = event.subject_registered().birth_date();
      facts.set_protection(event.subject_registered().protection());
      break;
    }
    case SubjectEvent::KIND_NOT_SET:
      break;
  }
}

}  // namespace sip
