#include "services/plans/domain/case.h"

#include <algorithm>
#include <string>

#include "libs/domain/checks.h"
#include "services/plans/domain/case_decisions.h"
#include "services/plans/domain/plans_state.h"
#include "sip/rules/v1/agency_directory.pb.h"

namespace sip {
namespace {

using cases::v1::CaseCommand;
using cases::v1::CaseEvent;
using cases::v1::NeedAssessed;

CaseDecision DecideKind(const CaseInput& input, const CaseCommand& command) {
  switch (command.kind_case()) {
    case CaseCommand::kRecordContactMade:
      return DecideContactMade(input, command.record_contact_made());
    case CaseCommand::kAssessNeed:
      return DecideAssessNeed(input, command.assess_need());
    case CaseCommand::kRefuseRequest:
      return DecideRefuse(input, command.refuse_request());
    case CaseCommand::kOfferPlan:
      return DecideOffer(input, command.offer_plan());
    case CaseCommand::kAcceptOffer:
      return DecideAccept(input, command.accept_offer());
    case CaseCommand::kDeclineOffer:
      return DecideDecline(input, command.decline_offer());
    case CaseCommand::kCloseCase:
      return DecideClose(input, command.close_case());
    case CaseCommand::kReopenCase:
      return DecideReopen(input, command.reopen_case());
    case CaseCommand::kOpenCase:  // Has no case yet.
    case CaseCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void EvolveOpened(CaseRecord& record, const cases::v1::CaseOpened& opened) {
  record.kind = opened.kind();
  record.facts = opened.facts();
  record.opened_by_agency_id = opened.opened_by_agency_id();
  record.initiative = opened.initiative().source();
}

}  // namespace

StreamId CaseStream(const Uuid& case_id) { return StreamId{"case", case_id}; }

StreamId CaseDecider::StreamOf(const Command& /*command*/, const DecisionContext& context) { return CaseStream(context.case_id); }

Decision<CaseEvent> CaseDecider::Decide(const State& state, const Command& command, const DecisionContext& context) {
  if (command.has_open_case()) return DecideOpen(state, command.open_case(), context);
  if (!IsParty(state, context.actor.agency_id())) {
    return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "case_id");
  }
  return DecideKind(CaseInput{state, *state.case_record, context}, command);
}

void CaseDecider::Evolve(State& state, const StreamId& /*stream*/, const Event& event, const EventMeta& meta) {
  if (!state.case_record.has_value()) state.case_record.emplace();
  CaseRecord& record = *state.case_record;
  // What an import caused does not stand in the way of what clients report of the time before.
  if (!meta.acting_agency.empty()) record.latest.Note(meta.occurred_at);
  switch (event.kind_case()) {
    case CaseEvent::kCaseOpened:
      EvolveOpened(record, event.case_opened());
      break;
    case CaseEvent::kCasePartyAdded:
      record.facts = event.case_party_added().facts();
      break;
    case CaseEvent::kNeedAssessed:
      record.verdicts[event.need_assessed().principal_agency_id()] = event.need_assessed().verdict();
      break;
    case CaseEvent::kRequestRefused:
      record.refused_by.insert(event.request_refused().agency_id());
      break;
    case CaseEvent::kPlanOffered:
      record.offer = OfferState::kOpen;
      ++record.offers;
      break;
    case CaseEvent::kOfferAccepted:
      record.offer = OfferState::kAccepted;
      record.facts = event.offer_accepted().facts();
      break;
    case CaseEvent::kOfferDeclined:
      record.offer = OfferState::kDeclined;
      ++record.times_declined;
      break;
    case CaseEvent::kCaseClosed:
      record.facts = event.case_closed().facts();
      break;
    case CaseEvent::kCaseReopened:
      record.facts = event.case_reopened().facts();
      break;
    case CaseEvent::kContactMade:  // Starts and stops deadlines only.
    case CaseEvent::KIND_NOT_SET:
      break;
  }
}

Uuid DerivedCaseId(absl::string_view acting_agency, const Uuid& request_id) {
  DecisionContext context;
  context.id_seed = IdSeed("sip.plans", Uuid(), acting_agency, request_id);
  return context.MintId("case");
}

std::optional<CaseEvent> PartyAdded(const common::v1::CaseFacts& facts, absl::string_view agency_id,
                                    cases::v1::PartyAddedCause cause) {
  const auto& agencies = facts.agency_ids();
  if (std::any_of(agencies.begin(), agencies.end(), [&](const std::string& id) { return id == agency_id; })) return std::nullopt;
  CaseEvent event;
  cases::v1::CasePartyAdded& added = *event.mutable_case_party_added();
  added.set_agency_id(std::string(agency_id));
  added.set_cause(cause);
  *added.mutable_facts() = facts;
  added.mutable_facts()->add_agency_ids(std::string(agency_id));
  return event;
}

Violations CheckOpenCase(const CaseInput& input) {
  Violations violations;
  if (!input.record.facts.open()) violations.Add(Reason::REASON_CASE_CLOSED, "");
  CheckOccurredAt(input.context, input.record.latest.EffectiveIn(input.context.zone), violations);
  return violations;
}

void CheckSipCase(const CaseInput& input, Violations& violations) {
  if (input.record.kind != cases::v1::CASE_KIND_SIP) violations.Add(Reason::REASON_CASE_KIND_MISMATCH, "");
}

void CheckOwnStaff(const common::v1::StaffMember& person, absl::string_view field, const DecisionContext& context,
                   Violations& violations) {
  if (person.unit().agency_id() == context.actor.agency_id()) return;
  violations.Add(Reason::REASON_STAFF_OF_ANOTHER_AGENCY, "", absl::StrCat(field, ".unit.agency_id"));
}

std::string PrincipalOf(absl::string_view agency_id, const AgencyDirectory& agencies) {
  const rules::v1::Agency* agency = agencies.Find(agency_id);
  if (agency == nullptr) return "";
  switch (static_cast<int>(agency->kind())) {
    case rules::v1::AGENCY_KIND_REGION:
    case rules::v1::AGENCY_KIND_MUNICIPALITY:
      return agency->agency_id();
    case rules::v1::AGENCY_KIND_PRIVATE_PROVIDER:
      return agency->acts_for_agency_id();
    default:
      return "";
  }
}

}  // namespace sip
