// What the deviations context takes over from cases and meetings, and what it suggests (MEE-14, DEV-06 ground 2).
#include <algorithm>

#include "google/protobuf/message.h"
#include "libs/domain/case_import.h"
#include "libs/domain/facts.h"
#include "libs/domain/meeting_import.h"
#include "libs/domain/party.h"
#include "services/deviations/domain/deviations.h"
#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {
namespace {

using common::v1::PartyKey;
using deviations::v1::DeviationEvent;
using meetings::v1::MeetingEvent;
using meetings::v1::MeetingHeld;
using meetings::v1::RecordedAttendance;
using rules::v1::DeviationGroundKind;
using rules::v1::RuleSet;

constexpr DeviationGroundKind kAbsent = DeviationGroundKind::DEVIATION_GROUND_KIND_ABSENT;

// Null for the kinds that do not concern deviations.
const MeetingHeld* HeldOf(const MeetingEvent& event) {
  switch (event.kind_case()) {
    case MeetingEvent::kMeetingHeld:
      return &event.meeting_held();
    case MeetingEvent::kMeetingPlanned:
    case MeetingEvent::kPreConsultationRecorded:
    case MeetingEvent::kContactConfirmed:
    case MeetingEvent::kPartyCalled:
    case MeetingEvent::kDeliveryRecorded:
    case MeetingEvent::kCallAcknowledged:
    case MeetingEvent::kCallAnswered:
    case MeetingEvent::kCallWithdrawn:
    case MeetingEvent::kMeetingRescheduled:
    case MeetingEvent::kMeetingCancelled:
    case MeetingEvent::KIND_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

// Whether the rule set wants absences to be suggested, and its code for them. Without a known rule set they are suggested without a
// code: a suggestion that nobody needs costs less than one that nobody sees.
struct AbsenceRule {
  bool suggested = true;
  std::string ground;
};

AbsenceRule AbsenceRuleOf(const DeviationsState& state, const DecisionContext& context) {
  if (!state.facts.case_facts.has_value()) return {};
  const RuleSet* rules = context.rule_sets->FindByDigest(state.facts.case_facts->rule_set_digest());
  if (rules == nullptr) return {};
  const auto& suggested = rules->deviations().suggested();
  AbsenceRule rule;
  rule.suggested = std::find(suggested.begin(), suggested.end(), kAbsent) != suggested.end();
  for (const auto& ground : rules->deviations().grounds()) {
    if (ground.kind() == kAbsent && rule.ground.empty()) rule.ground = ground.code();
  }
  return rule;
}

// A deviation is settled between agencies: others who were absent have nobody here who could answer.
bool AbsentWithoutNotice(const RecordedAttendance& attendance) {
  return attendance.party_key().has_agency_id() && attendance.called() && !attendance.present() && !attendance.absence_notified();
}

bool IsSuggested(const DeviationsState& state, const std::string& meeting_id, const PartyKey& party) {
  return std::any_of(state.deviations.begin(), state.deviations.end(), [&](const auto& entry) {
    return entry.second.meeting_id == meeting_id && SameParty(entry.second.suggested_party, party);
  });
}

NewEvent Suggestion(const MeetingHeld& held, const PartyKey& party, const AbsenceRule& rule, const Uuid& deviation_id) {
  DeviationEvent event;
  auto& suggested = *event.mutable_deviation_suggested();
  suggested.set_deviation_id(deviation_id.ToString());
  suggested.set_ground_kind(kAbsent);
  suggested.set_ground(rule.ground);
  *suggested.mutable_party() = party;
  suggested.set_meeting_id(held.meeting_id());
  *suggested.mutable_happened_at() = held.started_at();
  return MakeNewEvent(StreamId{"deviation", deviation_id}, std::move(event));
}

// One suggestion per absent agency, also when several of its units were called, or the record names the meeting twice.
void AddSuggestions(const DeviationsState& state, const MeetingHeld& held, const DecisionContext& context,
                    std::vector<std::string>& suggested, std::vector<NewEvent>& events) {
  const AbsenceRule rule = AbsenceRuleOf(state, context);
  if (!rule.suggested) return;
  for (const RecordedAttendance& attendance : held.attendance()) {
    const PartyKey& party = attendance.party_key();
    if (!AbsentWithoutNotice(attendance) || IsSuggested(state, held.meeting_id(), party)) continue;
    const std::string key = held.meeting_id() + "/" + KeyText(party);
    if (std::find(suggested.begin(), suggested.end(), key) != suggested.end()) continue;
    events.push_back(Suggestion(held, party, rule, context.MintId("deviation", static_cast<uint32_t>(suggested.size()))));
    suggested.push_back(key);
  }
}

}  // namespace

std::vector<ImportedKind> DeviationsReaction::Imports() {
  std::vector<ImportedKind> kinds = CaseFactKinds();
  kinds.push_back({kMeetingLogName,
                   MeetingHeld::descriptor()->full_name(),
                   {common::v1::MeetingHeldImported::descriptor()->full_name(),
                    deviations::v1::DeviationSuggested::descriptor()->full_name()}});
  return kinds;
}

std::vector<NewEvent> DeviationsReaction::React(const DeviationsState& state, const RecordedCommand& foreign,
                                                const DecisionContext& context) {
  std::vector<NewEvent> events;
  if (auto facts = CaseFactsIn(foreign); facts.has_value()) {
    events.push_back(CaseFactsImportedEvent(context.case_id, *std::move(facts)));
  }
  if (foreign.log_name != kMeetingLogName) return events;
  std::vector<std::string> suggested;
  for (const RecordedEvent& recorded : foreign.events) {
    const auto* event = google::protobuf::DynamicCastToGenerated<MeetingEvent>(recorded.event.get());
    const MeetingHeld* held = event == nullptr ? nullptr : HeldOf(*event);
    if (held == nullptr) continue;
    events.push_back(MakeNewEvent(FactsStream(context.case_id), MeetingHeldFact(*held)));
    AddSuggestions(state, *held, context, suggested, events);
  }
  return events;
}

}  // namespace sip
