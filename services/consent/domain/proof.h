// How a consent was taken and who may speak for the person: CON-04, CON-05, REP-01, REP-03, REP-08. Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_PROOF_H_
#define SIP_SERVICES_CONSENT_DOMAIN_PROOF_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::consent {

// Whole years of age on `day`. Absent when the birth date is not known, or not a date: the person then counts as an adult.
std::optional<int> AgeOn(const common::v1::CaseFacts& facts, absl::CivilDay day);

// Whether `giver` may say no (refuse, withdraw) for the person. `field` is the giver's path in the request.
void CheckMayDecline(const consent::v1::ConsentGiver& giver, const common::v1::CaseFacts& facts, const DecisionContext& context,
                     absl::string_view field, Violations& violations);

// Whether `giver` may consent: as CheckMayDecline, and a child must have the rule set's age.
void CheckMayConsent(const consent::v1::ConsentGiver& giver, const common::v1::CaseFacts& facts, const rules::v1::RuleSet& rules,
                     const DecisionContext& context, absl::string_view field, Violations& violations);

// The whole proof of a consent: giver, form, and what the form asks for. `field` is the proof's path in the request.
void CheckProof(const consent::v1::ConsentProof& proof, const common::v1::CaseFacts& facts, const rules::v1::RuleSet& rules,
                const DecisionContext& context, absl::string_view field, Violations& violations);

}  // namespace sip::consent

#endif  // SIP_SERVICES_CONSENT_DOMAIN_PROOF_H_
