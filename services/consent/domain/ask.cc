// RequestConsent and RefuseConsent: the person is asked, and says no (CON-18). AnnulConsent: an entry was wrong (CON-16).
#include "libs/domain/checks.h"
#include "services/consent/domain/commands.h"
#include "services/consent/domain/coverage.h"
#include "services/consent/domain/entries.h"
#include "services/consent/domain/proof.h"

namespace sip::consent {
namespace {

using common::v1::StaffMember;
using consent::v1::AnnulConsentRequest;
using consent::v1::ConsentEvent;
using consent::v1::RefuseConsentRequest;
using consent::v1::RequestConsentRequest;

void CheckAskedBy(const StaffMember& asked_by, Violations& violations) {
  if (asked_by.unit().agency_id().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-18", "asked_by");
}

// Something applied or was to come, and without the entry nothing does.
bool LeavesNothing(const ConsentState& state, const std::string& consent_id, absl::Time now) {
  bool had = false;
  for (const auto& [id, entry] : state.entries) {
    if (!IsLive(entry, now)) continue;
    if (id != consent_id) return false;
    had = true;
  }
  return had;
}

}  // namespace

Decision<ConsentEvent> DecideRequest(const ConsentState& state, const RequestConsentRequest& request,
                                     const DecisionContext& context) {
  const std::string consent_id = ConsentIdOf(request.consent_id(), context);
  if (const ConsentEntry* entry = FindEntry(state, consent_id); entry != nullptr) {
    const bool same = entry->phase == ConsentPhase::kRequested && entry->grant.kind() == request.kind() &&
                      SameParties(entry->grant.parties(), request.parties());
    if (same) return std::vector<ConsentEvent>{};
    return Reject(Reason::REASON_ID_TAKEN, "CON-16", "consent_id");
  }
  Violations violations;
  CheckCaseOpen(state, violations);
  CheckKind(request.kind(), violations);
  CheckParties(request.parties(), request.kind(), context, "parties", violations);
  CheckAskedBy(request.asked_by(), violations);
  CheckOccurredAt(context, std::nullopt, violations);
  if (!violations.empty()) return violations.ToRejection();

  ConsentEvent event;
  auto& requested = *event.mutable_consent_requested();
  requested.set_consent_id(consent_id);
  requested.set_kind(request.kind());
  Include(request.parties(), *requested.mutable_parties());
  requested.set_purpose(request.purpose());
  *requested.mutable_asked_by() = request.asked_by();
  return std::vector<ConsentEvent>{std::move(event)};
}

Decision<ConsentEvent> DecideRefuse(const ConsentState& state, const RefuseConsentRequest& request,
                                    const DecisionContext& context) {
  const std::string consent_id = ConsentIdOf(request.consent_id(), context);
  const ConsentEntry* entry = FindEntry(state, consent_id);
  if (entry != nullptr && entry->phase == ConsentPhase::kRefused && entry->grant.kind() == request.kind() &&
      SameParties(entry->grant.parties(), request.parties())) {
    return std::vector<ConsentEvent>{};
  }
  Violations violations;
  CheckAnswerable(entry, request.kind(), violations);
  CheckKind(request.kind(), violations);
  CheckParties(request.parties(), request.kind(), context, "parties", violations);
  CheckAskedBy(request.asked_by(), violations);
  CheckMayDecline(request.refused_by(), *state.facts.case_facts, context, "refused_by", violations);
  CheckOccurredAt(context, LatestChangeOf(entry, context), violations);
  if (!violations.empty()) return violations.ToRejection();

  ConsentEvent event;
  auto& refused = *event.mutable_consent_refused();
  refused.set_consent_id(consent_id);
  refused.set_kind(request.kind());
  Include(request.parties(), *refused.mutable_parties());
  *refused.mutable_asked_by() = request.asked_by();
  *refused.mutable_refused_by() = request.refused_by();
  refused.set_reason(request.reason());
  return std::vector<ConsentEvent>{std::move(event)};
}

Decision<ConsentEvent> DecideAnnul(const ConsentState& state, const AnnulConsentRequest& request, const DecisionContext& context) {
  const ConsentEntry* entry = FindEntry(state, request.consent_id());
  if (entry == nullptr) return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "CON-16", "consent_id");
  if (entry->phase == ConsentPhase::kAnnulled) return std::vector<ConsentEvent>{};
  Violations violations;
  // A correction, so that nothing later stands in its way.
  CheckOccurredAt(context, std::nullopt, violations);
  if (!violations.empty()) return violations.ToRejection();

  ConsentEvent event;
  auto& annulled = *event.mutable_consent_annulled();
  annulled.set_consent_id(request.consent_id());
  annulled.set_reason(request.reason());
  annulled.set_leaves_nothing(LeavesNothing(state, request.consent_id(), context.now));
  return std::vector<ConsentEvent>{std::move(event)};
}

}  // namespace sip::consent
