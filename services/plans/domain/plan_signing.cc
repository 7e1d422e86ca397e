// SignPlan and DeclineSignature: who stands behind the revision in force (SIG-02, SIG-03).
#include <algorithm>

#include "libs/domain/party.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {
namespace {

using common::v1::Party;
using common::v1::PartyKey;
using plans::v1::PlanElement;
using plans::v1::PlanEvent;

bool SameKeys(const Party& a, const Party& b) {
  const std::vector<PartyKey> of_a = KeysOf(a);
  const std::vector<PartyKey> of_b = KeysOf(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), SameParty);
}

// An agency records for its own staff, the person and kin; the responsible principal for everybody.
bool MayRecordFor(const PlanInput& input, const Party& signer) {
  return LeadsPlan(input) || signer.kind_case() != Party::kStaff ||
         signer.staff().unit().agency_id() == input.context.actor.agency_id();
}

bool PlanNames(const PlanElements& elements, const Party& signer) {
  const auto signers = elements.OfKind(PlanElement::kSigner);
  return signers.empty() ||
         std::any_of(signers.begin(), signers.end(), [&](const PlanElement* e) { return SameKeys(e->signer().party(), signer); });
}

void CheckSigner(const PlanInput& input, uint32_t plan_revision, absl::string_view leaf, const Party& signer,
                 Violations& violations) {
  CheckLeaf(input, plan_revision, leaf, "SIG-02", violations);
  CheckParty(input, signer, "signer", violations);
  if (!CheckInForce(input, plan_revision, violations)) return;
  if (!PlanNames(input.plan.in_force->elements, signer)) {
    violations.Add(Reason::REASON_PLAN_SIGNER_NOT_NAMED, "SIG-02", "signer");
  }
}

// The last word of exactly this signer about the revision; null if there is none.
const PlanSignature* SignatureOf(const PlanInput& input, uint32_t plan_revision, const Party& signer) {
  if (!input.plan.in_force.has_value() || input.plan.in_force->plan_revision != plan_revision) return nullptr;
  const auto& signatures = input.plan.in_force->signatures;
  const auto it = std::find_if(signatures.begin(), signatures.end(), [&](const PlanSignature& signature) {
    return signature.signer.SerializeAsString() == signer.SerializeAsString();
  });
  return it == signatures.end() ? nullptr : &*it;
}

bool CountsAsMethod(const rules::v1::RuleSet& rules, rules::v1::SignatureMethodKind method) {
  const auto& methods = rules.signature().methods();
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

PlanDecision DecideSign(const PlanInput& input, const plans::v1::SignPlanRequest& request) {
  if (!MayRecordFor(input, request.signer())) return NotFound();
  const PlanSignature* known = SignatureOf(input, request.plan_revision(), request.signer());
  const bool other_record = IsOfAnotherRecord(input, request.plan_revision(), request.record_leaf());
  if (known != nullptr && !known->declined && known->method == request.method() && !other_record) return Fulfilled();
  Violations violations = CheckTime(input);
  CheckSigner(input, request.plan_revision(), request.record_leaf(), request.signer(), violations);
  if (!CountsAsMethod(input.rules, request.method())) {
    violations.Add(Reason::REASON_PLAN_SIGNATURE_METHOD, "SIG-03", "method");
  }
  if (request.method() == rules::v1::SIGNATURE_METHOD_KIND_E_ID && !request.has_document()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "SIG-03", "document");
  }
  PlanEvent event;
  plans::v1::PlanSigned& fact = *event.mutable_plan_signed();
  fact.set_plan_revision(request.plan_revision());
  fact.set_record_leaf(request.record_leaf());
  *fact.mutable_signer() = request.signer();
  fact.set_on_behalf_of(request.on_behalf_of());
  fact.set_method(request.method());
  if (request.has_document()) *fact.mutable_document() = request.document();
  return Unless(violations, std::move(event));
}

PlanDecision DecideDeclineSignature(const PlanInput& input, const plans::v1::DeclineSignatureRequest& request) {
  if (!MayRecordFor(input, request.signer())) return NotFound();
  const PlanSignature* known = SignatureOf(input, request.plan_revision(), request.signer());
  const bool other_record = IsOfAnotherRecord(input, request.plan_revision(), request.record_leaf());
  if (known != nullptr && known->declined && !other_record) return Fulfilled();
  Violations violations = CheckTime(input);
  CheckSigner(input, request.plan_revision(), request.record_leaf(), request.signer(), violations);
  if (known != nullptr && !known->declined) violations.Add(Reason::REASON_PLAN_ALREADY_SIGNED, "SIG-03", "signer");
  PlanEvent event;
  plans::v1::SignatureDeclined& fact = *event.mutable_signature_declined();
  fact.set_plan_revision(request.plan_revision());
  fact.set_record_leaf(request.record_leaf());
  *fact.mutable_signer() = request.signer();
  fact.set_reason(request.reason());
  return Unless(violations, std::move(event));
}

}  // namespace sip
