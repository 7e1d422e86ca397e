#include "services/meetings/domain/decide.h"

#include "libs/eventsourcing/occurred.h"

namespace sip::meetings {

Rejection NotDisclosed() { return Reject(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED); }

const Meeting* DisclosedMeeting(const MeetingsState& state, absl::string_view meeting_id, const DecisionContext& context) {
  return IsParty(state.facts, context.actor.agency_id()) ? FindMeeting(state, meeting_id) : nullptr;
}

const rules::v1::RuleSet* CaseRules(const MeetingsState& state, const DecisionContext& context, Violations& violations) {
  const rules::v1::RuleSet* rule_set =
      state.facts.case_facts.has_value() ? context.rule_sets->FindByDigest(state.facts.case_facts->rule_set_digest()) : nullptr;
  if (rule_set == nullptr) violations.Add(Reason::REASON_RULE_SET_UNKNOWN, "");
  return rule_set;
}

void CheckCaseOpen(const MeetingsState& state, Violations& violations) {
  if (!state.facts.case_facts.has_value() || !state.facts.case_facts->open()) violations.Add(Reason::REASON_CASE_CLOSED, "");
}

void CheckStillPlanned(const Meeting& meeting, Violations& violations) {
  switch (meeting.phase) {
    case MeetingPhase::kPlanned:
      return;
    case MeetingPhase::kHeld:
      violations.Add(Reason::REASON_MEETING_ALREADY_HELD, "");
      return;
    case MeetingPhase::kCancelled:
      violations.Add(Reason::REASON_MEETING_IS_CANCELLED, "");
      return;
  }
}

bool IsValidInstant(const google::protobuf::Timestamp& instant) {
  common::v1::Occurred occurred;
  *occurred.mutable_instant() = instant;
  return IsValid(occurred);
}

bool IsAboutPlan(v1::MeetingKind kind) { return kind == v1::MEETING_KIND_SIP || kind == v1::MEETING_KIND_FOLLOW_UP; }

bool NeedsConsent(v1::MeetingKind kind) { return kind != v1::MEETING_KIND_INFORMATION && kind != v1::MEETING_KIND_MOTIVATION; }

bool ExceedsRecommendation(const rules::v1::RuleSet& rule_set, absl::Duration length) {
  const uint32_t max_minutes = rule_set.meeting().max_minutes();
  return max_minutes > 0 && length > absl::Minutes(max_minutes);
}

bool Same(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

Uuid ChosenOrMinted(absl::string_view chosen, absl::string_view kind, const DecisionContext& context) {
  if (chosen.empty()) return context.MintId(kind);
  return Uuid::Parse(chosen).value_or(Uuid());
}

}  // namespace sip::meetings
