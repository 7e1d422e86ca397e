// The offer of a plan and the person's answer: INI-01, CON-01, REP-02, REP-08.
#include <optional>

#include "libs/calendar/period.h"
#include "libs/eventsourcing/occurred.h"
#include "services/plans/domain/case_decisions.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using common::v1::Informant;
using common::v1::Party;

// Absent when the birth date is not known, such as after it was culled.
std::optional<int> AgeAtAnswer(const CaseInput& input) {
  const google::type::Date& birth = input.record.facts.birth_date();
  if (!IsValid(birth)) return std::nullopt;
  return AgeOn(FromProto(birth), LocalDay(input.context.occurred_at, input.context.zone));
}

void CheckInformant(const CaseInput& input, Informant informant, Violations& violations) {
  switch (static_cast<int>(informant)) {
    case common::v1::INFORMANT_INDIVIDUAL:
    case common::v1::INFORMANT_REPRESENTATIVE:
      return;
    case common::v1::INFORMANT_GUARDIAN:
      if (AgeAtAnswer(input).value_or(0) >= kAdultAge) {
        violations.Add(Reason::REASON_INFORMANT_CANNOT_ANSWER, "REP-02", "answered_by", "The person is not a child.");
      }
      return;
    case common::v1::INFORMANT_NEXT_OF_KIN:
      violations.Add(Reason::REASON_INFORMANT_CANNOT_ANSWER, "REP-08", "answered_by");
      return;
    default:
      violations.Add(Reason::REASON_INFORMANT_CANNOT_ANSWER, "CON-01", "answered_by");
  }
}

Violations CheckAnswer(const CaseInput& input, Informant informant) {
  Violations violations = CheckOpenCase(input);
  if (input.record.offer != OfferState::kOpen) violations.Add(Reason::REASON_NO_OPEN_OFFER, "CON-01");
  CheckInformant(input, informant, violations);
  return violations;
}

bool IsPerson(const Party& party) { return party.has_individual() || party.has_related_person() || party.has_other_actor(); }

}  // namespace

CaseDecision DecideOffer(const CaseInput& input, const cases::v1::OfferPlanRequest& request) {
  Violations violations = CheckOpenCase(input);
  CheckSipCase(input, violations);
  CheckOwnStaff(request.offered_by(), "offered_by", input.context, violations);
  if (!NeedIsAssessed(input.record)) violations.Add(Reason::REASON_NEED_NOT_ASSESSED, "INI-01");
  if (!IsPerson(request.offered_to())) violations.Add(Reason::REASON_OFFER_RECIPIENT_NOT_PERSON, "", "offered_to");
  if (!violations.empty()) return violations.ToRejection();
  if (input.record.offer == OfferState::kOpen || input.record.offer == OfferState::kAccepted) return std::vector<CaseEvent>{};
  return OneEvent([&](CaseEvent& event) {
    cases::v1::PlanOffered& offered = *event.mutable_plan_offered();
    *offered.mutable_offered_by() = request.offered_by();
    *offered.mutable_offered_to() = request.offered_to();
    offered.set_channel(request.channel());
    offered.set_information_given(request.information_given());
    offered.set_offer_number(input.record.offers + 1);
  });
}

CaseDecision DecideAccept(const CaseInput& input, const cases::v1::AcceptOfferRequest& request) {
  if (input.record.offer == OfferState::kAccepted) return std::vector<CaseEvent>{};
  const Violations violations = CheckAnswer(input, request.answered_by());
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](CaseEvent& event) {
    cases::v1::OfferAccepted& accepted = *event.mutable_offer_accepted();
    accepted.set_answered_by(request.answered_by());
    accepted.set_note(request.note());
    *accepted.mutable_facts() = input.record.facts;
    accepted.mutable_facts()->set_plan_accepted(true);
  });
}

CaseDecision DecideDecline(const CaseInput& input, const cases::v1::DeclineOfferRequest& request) {
  if (input.record.offer == OfferState::kDeclined) return std::vector<CaseEvent>{};
  const Violations violations = CheckAnswer(input, request.answered_by());
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](CaseEvent& event) {
    cases::v1::OfferDeclined& declined = *event.mutable_offer_declined();
    declined.set_answered_by(request.answered_by());
    declined.set_reason(request.reason());
  });
}

}  // namespace sip
