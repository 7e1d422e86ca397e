// DistributeCopy: who holds which revision, by which way, and what of it was kept back (CPY-01…04, CPY-06).
#include <algorithm>
#include <set>

#include "libs/domain/facts.h"
#include "libs/domain/party.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"

namespace sip {
namespace {

using common::v1::ConsentKind;
using common::v1::PartyKey;
using plans::v1::DistributeCopyRequest;
using plans::v1::PlanEvent;

std::vector<ConsentKind> KindsForCopy(const PlanInput& input, const PartyKey& recipient) {
  if (recipient.kind_case() == PartyKey::kRelatedPersonId) {
    return CoveringKinds(input.rules, rules::v1::GATED_STEP_COPY_TO_KIN, common::v1::CONSENT_KIND_COPY_TO_KIN);
  }
  return CoveringKinds(input.rules, rules::v1::GATED_STEP_SHARE_INFORMATION, common::v1::CONSENT_KIND_INFORMATION_SHARING);
}

// The person herself needs no consent to her own copy (CPY-01), and the responsible principal keeps the original (CPY-03).
bool NeedsNoConsent(const PlanInput& input, const PartyKey& recipient) {
  return recipient.has_individual() ||
         (recipient.kind_case() == PartyKey::kAgencyId && recipient.agency_id() == ResponsiblePrincipal(input.plan));
}

void CheckRecipient(const PlanInput& input, const PartyKey& recipient, Violations& violations) {
  if (NeedsNoConsent(input, recipient)) return;
  const absl::Time now = input.context.now;
  if (ConsentExcludes(input.state.consent, recipient, now)) {
    violations.Add(Reason::REASON_PLAN_COPY_RECIPIENT_EXCLUDED, "CON-06", "recipient");
    return;
  }
  const std::vector<ConsentKind> kinds = KindsForCopy(input, recipient);
  const bool covered = std::all_of(kinds.begin(), kinds.end(),
                                   [&](ConsentKind kind) { return ConsentCovers(input.state.consent, kind, recipient, now); });
  if (covered) return;
  const bool kin = recipient.kind_case() == PartyKey::kRelatedPersonId;
  violations.Add(kin ? Reason::REASON_PLAN_COPY_TO_KIN_NEEDS_CONSENT : Reason::REASON_PLAN_COPY_OUTSIDE_CONSENT,
                 kin ? "CPY-02" : "CPY-06", "recipient");
}

bool MaySee(const PlanInput& input, const PartyKey& recipient, const std::string& category) {
  if (NeedsNoConsent(input, recipient)) return true;
  const std::vector<ConsentKind> kinds = KindsForCopy(input, recipient);
  return std::all_of(kinds.begin(), kinds.end(), [&](ConsentKind kind) {
    return ConsentCoversCategory(input.state.consent, kind, recipient, category, input.context.now);
  });
}

void CheckCopy(const PlanInput& input, const DistributeCopyRequest& request, Violations& violations) {
  CheckInForce(input, request.plan_revision(), violations);
  CheckLeaf(input, request.plan_revision(), request.record_leaf(), "CPY-04", violations);
  CheckParty(input, request.recipient(), "recipient", violations);
  if (request.recipient().has_team()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "CPY-04", "recipient", "A team gets no copy as such: name its members.");
  }
  const auto& channels = input.rules.meeting().channels();
  if (std::find(channels.begin(), channels.end(), request.channel()) == channels.end()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "CPY-04", "channel", "The rule set does not allow this channel.");
  }
}

PlanEvent Distributed(const PlanInput& input, const DistributeCopyRequest& request, const std::string& copy_id,
                      const PartyKey& recipient) {
  PlanEvent event;
  plans::v1::CopyDistributed& copy = *event.mutable_copy_distributed();
  copy.set_copy_id(copy_id);
  copy.set_plan_revision(request.plan_revision());
  copy.set_record_leaf(request.record_leaf());
  *copy.mutable_recipient() = request.recipient();
  copy.set_channel(request.channel());
  std::set<std::string> omitted;
  for (const PlanElements::Element& element : input.plan.in_force->elements.all()) {
    if (MaySee(input, recipient, element->category())) continue;
    omitted.insert(element->category());
    copy.add_omitted_element_ids(element->element_id());
  }
  for (const std::string& category : omitted) copy.add_omitted_categories(category);
  return event;
}

}  // namespace

PlanDecision DecideDistributeCopy(const PlanInput& input, const DistributeCopyRequest& request) {
  if (input.plan.in_force.has_value() && !LeadsPlan(input)) return NotFound();
  const std::string copy_id = request.copy_id().empty() ? input.context.MintId("copy").ToString() : request.copy_id();
  const std::vector<PartyKey> keys = KeysOf(request.recipient());
  Violations violations = CheckTime(input);
  for (const PlanCopy& copy : input.plan.copies) {
    if (copy.copy_id != copy_id) continue;
    const bool same = copy.plan_revision == request.plan_revision() && keys.size() == 1 && SameParty(copy.holder, keys.front());
    if (same && !IsOfAnotherRecord(input, request.plan_revision(), request.record_leaf())) return Fulfilled();
    violations.Add(Reason::REASON_ID_TAKEN, "", "copy_id");
  }
  CheckCopy(input, request, violations);
  if (keys.size() == 1) CheckRecipient(input, keys.front(), violations);
  if (!violations.empty()) return violations.ToRejection();
  return std::vector<PlanEvent>{Distributed(input, request, copy_id, keys.front())};
}

}  // namespace sip
