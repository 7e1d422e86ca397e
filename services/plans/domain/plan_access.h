// Who may do what with a plan, and what the person's consent lets happen with it. Everything that an agency may not do looks to it
// as if the plan did not exist.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_ACCESS_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_ACCESS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plans_state.h"

namespace sip {

// The refusal that says neither that something exists nor that it does not.
Rejection NotFound();

// The violations to begin with: the time of occurrence lies in the future, or before the plan's latest change.
Violations CheckTime(const PlanInput& input);

// The agency that drafted the plan, the responsible principal, or one that takes part in the case and that the consent to share
// information covers. Nobody who is not party to the case.
bool MayKnowPlan(const PlansState& state, const PlanState& plan, const DecisionContext& context);

// The principal with overall responsibility: of the revision in force, else as the draft says; empty if it says nothing.
std::string ResponsiblePrincipal(const PlanState& plan);

// The acting agency is the responsible principal of the plan in force.
bool LeadsPlan(const PlanInput& input);

// A region or a municipality (HSL 16:4): only those can have the overall responsibility.
bool IsPublicPrincipal(const AgencyDirectory& agencies, absl::string_view agency_id);

// Adds PLAN_CONSENT_MISSING for each kind of consent that the rule set wants before `step` and that is not in force (CON-01,
// CON-03).
void CheckConsentFor(rules::v1::GatedStep step, const rules::v1::RuleSet& rules, const PlansState& state,
                     const DecisionContext& context, Violations& violations);

// The kinds of consent by which a party must be covered for `step`; `otherwise` when the rule set says nothing.
std::vector<common::v1::ConsentKind> CoveringKinds(const rules::v1::RuleSet& rules, rules::v1::GatedStep step,
                                                   common::v1::ConsentKind otherwise);

// Every key of the party is covered by the consent to share information; the responsible principal `principal` needs none for
// itself. Nobody whom the person has excluded is covered.
bool CoveredForSharing(const PlanInput& input, const common::v1::Party& party, absl::string_view principal);

// The person has excluded the party, or a part of it.
bool IsExcluded(const PlanInput& input, const common::v1::Party& party);

// The agency answers for the action: itself, or through a provider that acts for it.
bool AnswersFor(const plans::v1::Action& action, absl::string_view agency_id, const AgencyDirectory& agencies);

// Adds FIELD_INVALID or CODE_UNKNOWN when the party has no kind, names an agency that the installation does not know, or is of a
// type that the rule set does not have.
void CheckParty(const PlanInput& input, const common::v1::Party& party, absl::string_view field, Violations& violations);

// Adds PLAN_NOT_IN_FORCE, or PLAN_REVISION_NOT_IN_FORCE when another revision than `plan_revision` is in force. True if all is
// well.
bool CheckInForce(const PlanInput& input, uint32_t plan_revision, Violations& violations);

// Whether `leaf` is given and not that of the record that brought revision `plan_revision` into force; no if another revision is.
bool IsOfAnotherRecord(const PlanInput& input, uint32_t plan_revision, absl::string_view leaf);
// What somebody signed, declined or copied is what is in force: adds FIELD_INVALID unless `leaf` is empty or 32 bytes,
// PLAN_RECORD_OTHER if it is of another record.
void CheckLeaf(const PlanInput& input, uint32_t plan_revision, absl::string_view leaf, absl::string_view rule,
               Violations& violations);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_ACCESS_H_
