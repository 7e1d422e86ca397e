// Whom and what a consent covers: parties and information categories, CON-02, CON-06, CON-07, CON-11, CON-12. Pure.
#ifndef SIP_SERVICES_CONSENT_DOMAIN_COVERAGE_H_
#define SIP_SERVICES_CONSENT_DOMAIN_COVERAGE_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "services/consent/domain/consent_state.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::consent {

using PartyKeys = google::protobuf::RepeatedPtrField<common::v1::PartyKey>;
using Codes = google::protobuf::RepeatedPtrField<std::string>;

// A kind that this program knows.
bool IsKnownKind(common::v1::ConsentKind kind);
// Adds FIELD_REQUIRED at "kind" when it is not.
void CheckKind(common::v1::ConsentKind kind, Violations& violations);

bool Names(const PartyKeys& parties, const common::v1::PartyKey& party);
bool Lists(const Codes& codes, absl::string_view code);
// Each names the same, in whatever order.
bool SameParties(const PartyKeys& a, const PartyKeys& b);
bool SameCodes(const Codes& a, const Codes& b);
// Adds what is not there yet.
void Include(const PartyKeys& parties, PartyKeys& list);
void Include(const Codes& codes, Codes& list);
// Takes out what is there.
void Remove(const PartyKeys& parties, PartyKeys& list);
void Remove(const Codes& codes, Codes& list);

// It names somebody whom a consent of the kind can cover or exclude: an agency of the installation, next of kin or another actor,
// and for copies to kin only kin. `field` is its path in the request.
void CheckParty(const common::v1::PartyKey& party, common::v1::ConsentKind kind, const DecisionContext& context,
                const std::string& field, Violations& violations);
// The same for each of a list.
void CheckParties(const PartyKeys& parties, common::v1::ConsentKind kind, const DecisionContext& context, absl::string_view field,
                  Violations& violations);

// Each is a code of the rule set.
void CheckCategories(const Codes& codes, const rules::v1::RuleSet& rules, absl::string_view field, Violations& violations);

// Nothing is both in `covered` and in `excluded` (CON-06); `field` is the path of `excluded`.
void CheckNoContradiction(const PartyKeys& covered, const PartyKeys& excluded, absl::string_view field, Violations& violations);
void CheckNoContradiction(const Codes& covered, const Codes& excluded, absl::string_view field, Violations& violations);

// No consent that applies or is to come excludes one of the parties: the person has said no, and must take that back where she said
// it. Entries in `apart` do not count (the consent itself, and those that it takes the place of).
void CheckNotExcludedElsewhere(const ConsentState& state, const PartyKeys& parties, const std::set<std::string>& apart,
                               const DecisionContext& context, absl::string_view field, Violations& violations);

}  // namespace sip::consent

#endif  // SIP_SERVICES_CONSENT_DOMAIN_COVERAGE_H_
