#include "services/consent/domain/consent.h"

#include <utility>

#include "libs/domain/case_import.h"
#include "services/consent/domain/commands.h"

namespace sip {
namespace {

using common::v1::ConsentScope;
using consent::v1::ConsentCommand;
using consent::v1::ConsentEvent;

Decision<ConsentEvent> DecideKind(const ConsentState& state, const ConsentCommand& command, const DecisionContext& context) {
  switch (command.kind_case()) {
    case ConsentCommand::kRequestConsent:
      return consent::DecideRequest(state, command.request_consent(), context);
    case ConsentCommand::kGiveConsent:
      return consent::DecideGive(state, command.give_consent(), context);
    case ConsentCommand::kRefuseConsent:
      return consent::DecideRefuse(state, command.refuse_consent(), context);
    case ConsentCommand::kChangeConsentScope:
      return consent::DecideChangeScope(state, command.change_consent_scope(), context);
    case ConsentCommand::kWithdrawConsent:
      return consent::DecideWithdraw(state, command.withdraw_consent(), context);
    case ConsentCommand::kAnnulConsent:
      return consent::DecideAnnul(state, command.annul_consent(), context);
    case ConsentCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void SetScope(ConsentEvent& event, ConsentScope scope) {
  switch (event.kind_case()) {
    case ConsentEvent::kConsentRequested:
      *event.mutable_consent_requested()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::kConsentGiven:
      *event.mutable_consent_given()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::kConsentRefused:
      *event.mutable_consent_refused()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::kConsentScopeChanged:
      *event.mutable_consent_scope_changed()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::kConsentWithdrawn:
      *event.mutable_consent_withdrawn()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::kConsentAnnulled:
      *event.mutable_consent_annulled()->mutable_scope() = std::move(scope);
      break;
    case ConsentEvent::KIND_NOT_SET:
      break;
  }
}

// The scope is what folding the events leads to, so that it cannot differ from what the state says afterwards.
void AddScopes(const ConsentState& state, const DecisionContext& context, std::vector<ConsentEvent>& events) {
  EventMeta meta;
  meta.recorded_at = context.now;
  meta.occurred_at = context.occurred_at;
  ConsentState next = state;
  for (ConsentEvent& event : events) {
    EvolveConsent(next, event, meta);
    SetScope(event, ScopeOf(next, context.now));
  }
}

}  // namespace

StreamId ConsentDecider::StreamOf(const ConsentCommand&, const DecisionContext& context) {
  return StreamId{"consent", context.case_id};
}

Decision<ConsentEvent> ConsentDecider::Decide(const ConsentState& state, const ConsentCommand& command,
                                              const DecisionContext& context) {
  if (!IsParty(state.facts, context.actor.agency_id())) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
  Decision<ConsentEvent> decision = DecideKind(state, command, context);
  if (decision.accepted()) AddScopes(state, context, decision.events());
  return decision;
}

void ConsentDecider::Evolve(ConsentState& state, const StreamId&, const ConsentEvent& event, const EventMeta& meta) {
  EvolveConsent(state, event, meta);
}

void ConsentFacts::Evolve(ConsentState& state, const StreamId&, const common::v1::FactEvent& event, const EventMeta&) {
  ApplyFact(state.facts, event);
}

std::vector<ImportedKind> ConsentReaction::Imports() { return CaseFactKinds(); }

std::vector<NewEvent> ConsentReaction::React(const ConsentState&, const RecordedCommand& foreign, const DecisionContext& context) {
  auto facts = CaseFactsIn(foreign);
  if (!facts.has_value()) return {};
  return {CaseFactsImportedEvent(context.case_id, *std::move(facts))};
}

bool ConsentContext::KnowsCase(const ConsentState& state) { return state.facts.case_facts.has_value(); }

RuleSetRef ConsentContext::PinnedRuleSet(const ConsentState& state, const StreamId&) {
  if (!state.facts.case_facts.has_value()) return {};
  return {state.facts.case_facts->rule_set_id(), state.facts.case_facts->rule_set_digest()};
}

}  // namespace sip
