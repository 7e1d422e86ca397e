// What is known of the deviations of one case: one entry per suggestion or report. Pure.
#ifndef SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_STATE_H_
#define SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_STATE_H_

#include <map>
#include <string>
#include <vector>

#include "libs/domain/facts.h"
#include "libs/domain/latest_occurrence.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/common/v1/values.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"

namespace sip {

enum class DeviationPhase { kSuggested, kDismissed, kReported, kAcknowledged, kAnswered, kClosed };

struct DeviationEntry {
  DeviationPhase phase = DeviationPhase::kSuggested;
  // Of a suggestion: the party that it is about.
  common::v1::PartyKey suggested_party;
  // Of a suggestion or a report.
  std::string meeting_id;
  std::string plan_id;
  std::vector<std::string> grounds;
  std::string reporting_agency_id;
  common::v1::AgencyUnit counterpart;
  // The answer, to know a repeated one from another; empty once its texts are culled.
  std::string answer;
  std::string measures;
  LatestOccurrence changed;
};

struct DeviationsState {
  ImportedFacts facts;
  // By deviation id.
  std::map<std::string, DeviationEntry> deviations;
};

// Folds one event. Needs no content fields and never fails.
void EvolveDeviation(DeviationsState& state, const deviations::v1::DeviationEvent& event, const EventMeta& meta);

}  // namespace sip

#endif  // SIP_SERVICES_DEVIATIONS_DOMAIN_DEVIATIONS_STATE_H_
