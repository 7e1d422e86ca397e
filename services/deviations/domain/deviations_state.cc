#include "services/deviations/domain/deviations_state.h"

namespace sip {
namespace {

using deviations::v1::DeviationAnswered;
using deviations::v1::DeviationEvent;
using deviations::v1::DeviationReported;
using deviations::v1::DeviationSuggested;

void EvolveSuggested(DeviationsState& state, const DeviationSuggested& suggested) {
  DeviationEntry& entry = state.deviations[suggested.deviation_id()];
  entry.phase = DeviationPhase::kSuggested;
  entry.suggested_party = suggested.party();
  entry.meeting_id = suggested.meeting_id();
}

void EvolveReported(DeviationsState& state, const DeviationReported& reported, const EventMeta& meta) {
  DeviationEntry& entry = state.deviations[reported.deviation_id()];
  entry.phase = DeviationPhase::kReported;
  entry.meeting_id = reported.meeting_id();
  entry.plan_id = reported.plan_id();
  entry.grounds.assign(reported.grounds().begin(), reported.grounds().end());
  entry.reporting_agency_id = reported.reporting_agency_id();
  entry.counterpart = reported.counterpart();
  entry.changed.Note(meta.occurred_at);
}

void EvolveAnswered(DeviationsState& state, const DeviationAnswered& answered, const EventMeta& meta) {
  DeviationEntry& entry = state.deviations[answered.deviation_id()];
  entry.phase = DeviationPhase::kAnswered;
  entry.answer = answered.answer();
  entry.measures = answered.measures();
  entry.changed.Note(meta.occurred_at);
}

void EvolvePhase(DeviationsState& state, const std::string& deviation_id, DeviationPhase phase, const EventMeta& meta) {
  DeviationEntry& entry = state.deviations[deviation_id];
  entry.phase = phase;
  entry.changed.Note(meta.occurred_at);
}

}  // namespace

void EvolveDeviation(DeviationsState& state, const DeviationEvent& event, const EventMeta& meta) {
  switch (event.kind_case()) {
    case DeviationEvent::kDeviationSuggested:
      EvolveSuggested(state, event.deviation_suggested());
      break;
    case DeviationEvent::kSuggestionDismissed:
      EvolvePhase(state, event.suggestion_dismissed().deviation_id(), DeviationPhase::kDismissed, meta);
      break;
    case DeviationEvent::kDeviationReported:
      EvolveReported(state, event.deviation_reported(), meta);
      break;
    case DeviationEvent::kDeviationAcknowledged:
      EvolvePhase(state, event.deviation_acknowledged().deviation_id(), DeviationPhase::kAcknowledged, meta);
      break;
    case DeviationEvent::kDeviationAnswered:
      EvolveAnswered(state, event.deviation_answered(), meta);
      break;
    case DeviationEvent::kDeviationClosed:
      EvolvePhase(state, event.deviation_closed().deviation_id(), DeviationPhase::kClosed, meta);
      break;
    case DeviationEvent::KIND_NOT_SET:
      break;
  }
}

}  // namespace sip
