// Small questions that several commands ask of the case's consent entries. Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_ENTRIES_H_
#define SIP_SERVICES_CONSENT_DOMAIN_ENTRIES_H_

#include <optional>
#include <string>

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "services/consent/domain/consent_state.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::consent {

// The id that the caller chose, or the one that the request brings into being.
std::string ConsentIdOf(const std::string& chosen, const DecisionContext& context);

// Null when there is no entry of that id.
const ConsentEntry* FindEntry(const ConsentState& state, const std::string& consent_id);

// When the entry last changed; absent when there is none.
std::optional<absl::Time> LatestChangeOf(const ConsentEntry* entry, const DecisionContext& context);

// Adds what is wrong when there is an entry (not null): only an open request of the same kind can be answered.
void CheckAnswerable(const ConsentEntry* entry, common::v1::ConsentKind kind, Violations& violations);

// The case's rule set. Null when it is not known here; then RULE_SET_UNKNOWN is added.
const rules::v1::RuleSet* RulesOfCase(const ConsentState& state, const DecisionContext& context, Violations& violations);

// Adds CASE_CLOSED when the case is closed.
void CheckCaseOpen(const ConsentState& state, Violations& violations);

}  // namespace sip::consent

#endif  // SIP_SERVICES_CONSENT_DOMAIN_ENTRIES_H_
