// What is known of the consents of one case: one entry per request, refusal or consent, and what withdrawals stand against consents
// that might still be told late. Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_CONSENT_STATE_H_
#define SIP_SERVICES_CONSENT_DOMAIN_CONSENT_STATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/domain/facts.h"
#include "libs/domain/latest_occurrence.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {

enum class ConsentPhase { kRequested, kRefused, kGiven, kAnnulled };

// One entry. `grant` names the kind and, when requested or refused, the parties; its period only counts when given.
struct ConsentEntry {
  ConsentPhase phase = ConsentPhase::kRequested;
  common::v1::ConsentGrant grant;
  // It ended before its time: withdrawn, or another took its place.
  bool cut_short = false;
  LatestOccurrence changed;
};

// A withdrawal that was not about one named consent: it bars consents of an earlier date that are told later (CON-09).
struct StandingWithdrawal {
  bool whole = false;
  consent::v1::WithdrawnPart part;
  absl::Time bars_until;
};

struct ConsentState {
  ImportedFacts facts;
  // By consent id, so that the scope comes out ordered.
  std::map<std::string, ConsentEntry> entries;
  // One per extent: a later one of the same extent takes the place of the earlier.
  std::vector<StandingWithdrawal> withdrawals;
  bool withdrawn_as_a_whole = false;
  absl::Time withdrawn_at;
};

// Folds one event. Needs no content fields and never fails.
void EvolveConsent(ConsentState& state, const consent::v1::ConsentEvent& event, const EventMeta& meta);

// All that applies at `now` or is to come.
common::v1::ConsentScope ScopeOf(const ConsentState& state, absl::Time now);

// The entry is a consent that applies at `now` or is to come.
bool IsLive(const ConsentEntry& entry, absl::Time now);

// Both withdraw the same: everything, or the same kinds, parties and categories.
bool SameExtent(const StandingWithdrawal& a, const StandingWithdrawal& b);

}  // namespace sip

#endif  // SIP_SERVICES_CONSENT_DOMAIN_CONSENT_STATE_H_
