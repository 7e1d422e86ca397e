#include "services/plans/domain/plan_access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/domain/checks.h"
#include "libs/domain/facts.h"
#include "libs/domain/party.h"
#include "libs/rules/lookups.h"

namespace sip {

using common::v1::ConsentKind;
using common::v1::Party;
using common::v1::PartyKey;
using plans::v1::PlanElement;
using rules::v1::Agency;

Rejection NotFound() { return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED); }

Violations CheckTime(const PlanInput& input) {
  Violations violations;
  CheckOccurredAt(input.context, input.plan.latest.EffectiveIn(input.context.zone), violations);
  return violations;
}

bool MayKnowPlan(const PlansState& state, const PlanState& plan, const DecisionContext& context) {
  const std::string& agency = context.actor.agency_id();
  if (!IsParty(state, agency)) return false;
  if (agency == plan.drafting_agency_id) return true;
  if (plan.in_force.has_value() && agency == plan.in_force->principal_agency_id) return true;
  return ConsentCovers(state.consent, common::v1::CONSENT_KIND_INFORMATION_SHARING, AgencyKey(agency), context.now);
}

std::string ResponsiblePrincipal(const PlanState& plan) {
  if (plan.in_force.has_value()) return plan.in_force->principal_agency_id;
  if (!plan.draft.has_value()) return "";
  const PlanElement* element = plan.draft->elements.First(PlanElement::kResponsible);
  return element == nullptr ? "" : element->responsible().principal_agency_id();
}

bool LeadsPlan(const PlanInput& input) {
  return input.plan.in_force.has_value() && input.plan.in_force->principal_agency_id == input.context.actor.agency_id();
}

bool IsPublicPrincipal(const AgencyDirectory& agencies, absl::string_view agency_id) {
  const Agency* agency = agencies.Find(agency_id);
  return agency != nullptr &&
         (agency->kind() == rules::v1::AGENCY_KIND_REGION || agency->kind() == rules::v1::AGENCY_KIND_MUNICIPALITY);
}

void CheckConsentFor(rules::v1::GatedStep step, const rules::v1::RuleSet& rules, const PlansState& state,
                     const DecisionContext& context, Violations& violations) {
  for (const ConsentKind kind : ConsentsBefore(rules, step)) {
    if (ConsentApplies(state.consent, kind, context.now)) continue;
    violations.Add(Reason::REASON_PLAN_CONSENT_MISSING, "CON-01", "", common::v1::ConsentKind_Name(kind));
  }
}

std::vector<ConsentKind> CoveringKinds(const rules::v1::RuleSet& rules, rules::v1::GatedStep step, ConsentKind otherwise) {
  std::vector<ConsentKind> kinds = ConsentsBefore(rules, step);
  if (kinds.empty()) kinds.push_back(otherwise);
  return kinds;
}

bool CoveredForSharing(const PlanInput& input, const Party& party, absl::string_view principal) {
  const std::vector<ConsentKind> kinds =
      CoveringKinds(input.rules, rules::v1::GATED_STEP_SHARE_INFORMATION, common::v1::CONSENT_KIND_INFORMATION_SHARING);
  const auto covered = [&](const PartyKey& key) {
    if (ConsentExcludes(input.state.consent, key, input.context.now)) return false;
    if (key.kind_case() == PartyKey::kAgencyId && key.agency_id() == principal) return true;
    return std::all_of(kinds.begin(), kinds.end(),
                       [&](ConsentKind kind) { return ConsentCovers(input.state.consent, kind, key, input.context.now); });
  };
  const std::vector<PartyKey> keys = KeysOf(party);
  return std::all_of(keys.begin(), keys.end(), covered);
}

bool IsExcluded(const PlanInput& input, const Party& party) {
  const std::vector<PartyKey> keys = KeysOf(party);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const PartyKey& key) { return ConsentExcludes(input.state.consent, key, input.context.now); });
}

bool AnswersFor(const plans::v1::Action& action, absl::string_view agency_id, const AgencyDirectory& agencies) {
  const Agency* acting = agencies.Find(agency_id);
  for (const plans::v1::ActionResponsible& responsible : action.responsible()) {
    for (const PartyKey& key : KeysOf(responsible.party())) {
      if (key.kind_case() != PartyKey::kAgencyId) continue;
      if (key.agency_id() == agency_id) return true;
      if (acting != nullptr && acting->acts_for_agency_id() == key.agency_id()) return true;
    }
  }
  return false;
}

void CheckParty(const PlanInput& input, const Party& party, absl::string_view field, Violations& violations) {
  if (party.kind_case() == Party::KIND_NOT_SET) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", field, "The party has no kind.");
    return;
  }
  for (const PartyKey& key : KeysOf(party)) {
    if (key.kind_case() != PartyKey::kAgencyId || input.context.agencies->Find(key.agency_id()) != nullptr) continue;
    violations.Add(Reason::REASON_FIELD_INVALID, "", field, "The agency is not in the installation's directory.");
  }
  if (party.has_other_actor() && FindCode(input.rules.party_types(), party.other_actor().party_type()) == nullptr) {
    violations.Add(Reason::REASON_CODE_UNKNOWN, "PLN-10", absl::StrCat(field, ".other_actor.party_type"));
  }
}

bool CheckInForce(const PlanInput& input, uint32_t plan_revision, Violations& violations) {
  if (!input.plan.in_force.has_value()) {
    violations.Add(Reason::REASON_PLAN_NOT_IN_FORCE, "");
    return false;
  }
  if (input.plan.in_force->plan_revision != plan_revision) {
    violations.Add(Reason::REASON_PLAN_REVISION_NOT_IN_FORCE, "", "plan_revision",
                   absl::StrCat("Revision ", input.plan.in_force->plan_revision, " is in force."));
    return false;
  }
  return true;
}

bool IsOfAnotherRecord(const PlanInput& input, uint32_t plan_revision, absl::string_view leaf) {
  const std::optional<PlanInForce>& in_force = input.plan.in_force;
  return !leaf.empty() && in_force.has_value() && in_force->plan_revision == plan_revision && in_force->record_leaf != leaf;
}

void CheckLeaf(const PlanInput& input, uint32_t plan_revision, absl::string_view leaf, absl::string_view rule,
               Violations& violations) {
  if (!leaf.empty() && leaf.size() != kSha256Bytes) {
    violations.Add(Reason::REASON_FIELD_INVALID, rule, "record_leaf", "A leaf has 32 bytes.");
  } else if (IsOfAnotherRecord(input, plan_revision, leaf)) {
    violations.Add(Reason::REASON_PLAN_RECORD_OTHER, rule, "record_leaf");
  }
}

}  // namespace sip
