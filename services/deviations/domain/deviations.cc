#include "services/deviations/domain/deviations.h"

#include "libs/domain/checks.h"
#include "services/deviations/domain/report.h"

namespace sip {
namespace {

using deviations::v1::AcknowledgeDeviationRequest;
using deviations::v1::AnswerDeviationRequest;
using deviations::v1::CloseDeviationRequest;
using deviations::v1::DeviationCommand;
using deviations::v1::DeviationEvent;
using deviations::v1::DismissSuggestionRequest;

std::vector<DeviationEvent> Nothing() { return {}; }

bool IsReported(const DeviationEntry& entry) {
  return entry.phase != DeviationPhase::kSuggested && entry.phase != DeviationPhase::kDismissed;
}

void CheckReported(const DeviationEntry& entry, Violations& violations) {
  if (!IsReported(entry)) violations.Add(Reason::REASON_DEVIATION_NOT_REPORTED, "DEV-06", "deviation_id");
}

void CheckCounterpart(const DeviationEntry& entry, const DecisionContext& context, Violations& violations) {
  if (IsReported(entry) && entry.counterpart.agency_id() != context.actor.agency_id()) {
    violations.Add(Reason::REASON_DEVIATION_NOT_COUNTERPART, "DEV-02", "deviation_id");
  }
}

void CheckNotClosed(const DeviationEntry& entry, Violations& violations) {
  if (entry.phase == DeviationPhase::kClosed) violations.Add(Reason::REASON_DEVIATION_CLOSED, "DEV-07", "deviation_id");
}

void CheckTime(const DeviationEntry& entry, const DecisionContext& context, Violations& violations) {
  CheckOccurredAt(context, entry.changed.EffectiveIn(context.zone), violations);
}

Decision<DeviationEvent> DecideAcknowledge(const DeviationEntry& entry, const AcknowledgeDeviationRequest& request,
                                           const DecisionContext& context) {
  Violations violations;
  CheckReported(entry, violations);
  CheckCounterpart(entry, context, violations);
  CheckNotClosed(entry, violations);
  const bool received = entry.phase == DeviationPhase::kAcknowledged || entry.phase == DeviationPhase::kAnswered;
  if (violations.empty() && received) return Nothing();
  CheckTime(entry, context, violations);
  if (!violations.empty()) return violations.ToRejection();

  DeviationEvent event;
  auto& acknowledged = *event.mutable_deviation_acknowledged();
  acknowledged.set_deviation_id(request.deviation_id());
  if (request.has_handler()) *acknowledged.mutable_handler() = request.handler();
  return std::vector<DeviationEvent>{std::move(event)};
}

Decision<DeviationEvent> DecideAnswer(const DeviationEntry& entry, const AnswerDeviationRequest& request,
                                      const DecisionContext& context) {
  Violations violations;
  CheckReported(entry, violations);
  CheckCounterpart(entry, context, violations);
  CheckNotClosed(entry, violations);
  if (violations.empty() && entry.phase == DeviationPhase::kAnswered) {
    if (entry.answer == request.answer() && entry.measures == request.measures()) return Nothing();
    violations.Add(Reason::REASON_DEVIATION_ALREADY_ANSWERED, "DEV-07", "answer");
  }
  CheckTime(entry, context, violations);
  if (!violations.empty()) return violations.ToRejection();

  DeviationEvent event;
  auto& answered = *event.mutable_deviation_answered();
  answered.set_deviation_id(request.deviation_id());
  answered.set_answer(request.answer());
  answered.set_measures(request.measures());
  if (request.has_answered_by()) *answered.mutable_answered_by() = request.answered_by();
  return std::vector<DeviationEvent>{std::move(event)};
}

Decision<DeviationEvent> DecideClose(const DeviationEntry& entry, const CloseDeviationRequest& request,
                                     const DecisionContext& context) {
  Violations violations;
  CheckReported(entry, violations);
  if (IsReported(entry) && entry.reporting_agency_id != context.actor.agency_id()) {
    violations.Add(Reason::REASON_DEVIATION_NOT_REPORTER, "DEV-07", "deviation_id");
  }
  if (violations.empty() && entry.phase == DeviationPhase::kClosed) return Nothing();
  CheckTime(entry, context, violations);
  if (!violations.empty()) return violations.ToRejection();

  DeviationEvent event;
  auto& closed = *event.mutable_deviation_closed();
  closed.set_deviation_id(request.deviation_id());
  closed.set_conclusion(request.conclusion());
  closed.set_unanswered(entry.phase != DeviationPhase::kAnswered);
  return std::vector<DeviationEvent>{std::move(event)};
}

Decision<DeviationEvent> DecideDismiss(const DeviationEntry& entry, const DismissSuggestionRequest& request,
                                       const DecisionContext& context) {
  Violations violations;
  if (IsReported(entry)) violations.Add(Reason::REASON_DEVIATION_SUGGESTION_SETTLED, "DEV-06", "deviation_id");
  if (entry.suggested_party.agency_id() == context.actor.agency_id()) {
    violations.Add(Reason::REASON_DEVIATION_SUGGESTION_ABOUT_ONESELF, "DEV-06", "deviation_id");
  }
  if (violations.empty() && entry.phase == DeviationPhase::kDismissed) return Nothing();
  CheckTime(entry, context, violations);
  if (!violations.empty()) return violations.ToRejection();

  DeviationEvent event;
  auto& dismissed = *event.mutable_suggestion_dismissed();
  dismissed.set_deviation_id(request.deviation_id());
  dismissed.set_reason(request.reason());
  dismissed.set_dismissed_by_agency_id(context.actor.agency_id());
  return std::vector<DeviationEvent>{std::move(event)};
}

// The deviation that the command is about, if there is one that the acting agency may know of: as party to the case, or because it
// is the counterpart.
const DeviationEntry* FindDisclosed(const DeviationsState& state, const std::string& deviation_id, const DecisionContext& context) {
  const auto found = state.deviations.find(deviation_id);
  if (found == state.deviations.end()) return nullptr;
  const std::string& agency_id = context.actor.agency_id();
  const bool addressed = !agency_id.empty() && found->second.counterpart.agency_id() == agency_id;
  return addressed || IsParty(state.facts, agency_id) ? &found->second : nullptr;
}

// Decides a command about a deviation that must exist.
template <typename Request>
Decision<DeviationEvent> About(const DeviationsState& state, const Request& request, const DecisionContext& context,
                               Decision<DeviationEvent> (*decide)(const DeviationEntry&, const Request&, const DecisionContext&)) {
  const DeviationEntry* entry = FindDisclosed(state, request.deviation_id(), context);
  if (entry == nullptr) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
  return decide(*entry, request, context);
}

StreamId StreamOfDeviation(const std::string& deviation_id) {
  return StreamId{"deviation", Uuid::Parse(deviation_id).value_or(Uuid())};
}

}  // namespace

StreamId DeviationDecider::StreamOf(const DeviationCommand& command, const DecisionContext& context) {
  switch (command.kind_case()) {
    case DeviationCommand::kReportDeviation:
      return StreamId{"deviation", deviations::DeviationIdOf(command.report_deviation(), context)};
    case DeviationCommand::kAcknowledgeDeviation:
      return StreamOfDeviation(command.acknowledge_deviation().deviation_id());
    case DeviationCommand::kAnswerDeviation:
      return StreamOfDeviation(command.answer_deviation().deviation_id());
    case DeviationCommand::kCloseDeviation:
      return StreamOfDeviation(command.close_deviation().deviation_id());
    case DeviationCommand::kDismissSuggestion:
      return StreamOfDeviation(command.dismiss_suggestion().deviation_id());
    case DeviationCommand::KIND_NOT_SET:
      break;
  }
  return StreamOfDeviation("");
}

Decision<DeviationEvent> DeviationDecider::Decide(const DeviationsState& state, const DeviationCommand& command,
                                                  const DecisionContext& context) {
  switch (command.kind_case()) {
    case DeviationCommand::kReportDeviation:
      if (!IsParty(state.facts, context.actor.agency_id())) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
      return deviations::DecideReport(state, command.report_deviation(), context);
    case DeviationCommand::kAcknowledgeDeviation:
      return About(state, command.acknowledge_deviation(), context, DecideAcknowledge);
    case DeviationCommand::kAnswerDeviation:
      return About(state, command.answer_deviation(), context, DecideAnswer);
    case DeviationCommand::kCloseDeviation:
      return About(state, command.close_deviation(), context, DecideClose);
    case DeviationCommand::kDismissSuggestion:
      return About(state, command.dismiss_suggestion(), context, DecideDismiss);
    case DeviationCommand::KIND_NOT_SET:
      break;
  }
  return Reject(Reason::REASON_REQUEST_MALFORMED);
}

void DeviationDecider::Evolve(DeviationsState& state, const StreamId&, const DeviationEvent& event, const EventMeta& meta) {
  EvolveDeviation(state, event, meta);
}

void DeviationsFacts::Evolve(DeviationsState& state, const StreamId&, const common::v1::FactEvent& event, const EventMeta&) {
  ApplyFact(state.facts, event);
}

bool DeviationsContext::KnowsCase(const DeviationsState& state) { return state.facts.case_facts.has_value(); }

RuleSetRef DeviationsContext::PinnedRuleSet(const DeviationsState& state, const StreamId&) {
  if (!state.facts.case_facts.has_value()) return {};
  return {state.facts.case_facts->rule_set_id(), state.facts.case_facts->rule_set_digest()};
}

}  // namespace sip
