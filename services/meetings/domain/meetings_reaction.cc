#include "services/meetings/domain/meetings_reaction.h"

#include <optional>
#include <string>
#include <utility>

#include "libs/domain/case_import.h"
#include "libs/domain/consent_import.h"
#include "libs/domain/facts.h"
#include "libs/eventsourcing/occurred.h"
#include "services/meetings/domain/decide.h"
#include "services/meetings/domain/meeting.h"

namespace sip {
namespace {

using common::v1::ConsentScope;
using meetings::Call;
using meetings::Meeting;
using meetings::v1::MeetingEvent;

// From when the change has effect: meetings before that have been.
absl::Time EffectOf(const ConsentScope& scope, const RecordedCommand& foreign, const DecisionContext& context) {
  if (scope.withdrawn_as_a_whole() && scope.has_withdrawn_at()) return FromProto(scope.withdrawn_at());
  if (IsValid(foreign.header->occurred_at())) return EffectiveTime(foreign.header->occurred_at(), context.zone);
  return foreign.recorded_at;
}

NewEvent Withdrawn(const Uuid& meeting_id, const Call& call, meetings::v1::CallWithdrawalCause cause) {
  MeetingEvent event;
  meetings::v1::CallWithdrawn& withdrawn = *event.mutable_call_withdrawn();
  withdrawn.set_meeting_id(meeting_id.ToString());
  withdrawn.set_call_id(call.called.call_id());
  *withdrawn.mutable_party() = call.called.party_key();
  withdrawn.set_binding(call.called.binding());
  withdrawn.set_cause(cause);
  return MakeNewEvent(MeetingStream(meeting_id), std::move(event));
}

NewEvent Cancelled(const Uuid& meeting_id, const Meeting& meeting) {
  MeetingEvent event;
  meetings::v1::MeetingCancelled& cancelled = *event.mutable_meeting_cancelled();
  cancelled.set_meeting_id(meeting_id.ToString());
  cancelled.set_kind(meeting.planned.kind());
  cancelled.set_follow_up_of_plan_id(meeting.planned.follow_up_of_plan_id());
  *cancelled.mutable_starts_at() = ToProto(meeting.starts_at);
  cancelled.set_cause(meetings::v1::MEETING_CANCELLATION_CAUSE_CONSENT_WITHDRAWN);
  for (meetings::v1::CalledParty& party : meetings::ActiveCalls(meeting)) *cancelled.add_inform() = std::move(party);
  return MakeNewEvent(MeetingStream(meeting_id), std::move(event));
}

std::optional<meetings::v1::CallWithdrawalCause> CauseToWithdraw(const Call& call, const ConsentScope& scope, absl::Time now) {
  if (call.withdrawn || call.called.party_key().has_individual()) return std::nullopt;
  if (scope.withdrawn_as_a_whole()) return meetings::v1::CALL_WITHDRAWAL_CAUSE_CONSENT_WITHDRAWN;
  if (ConsentExcludes(scope, call.called.party_key(), now)) return meetings::v1::CALL_WITHDRAWAL_CAUSE_PARTY_EXCLUDED;
  return std::nullopt;
}

// What the changed scope does to the meetings that are still to come.
void EndWhatIsNoLongerConsentedTo(const meetings::MeetingsState& state, const ConsentScope& scope, absl::Time effect,
                                  absl::Time now, std::vector<NewEvent>& events) {
  for (const auto& [meeting_id, meeting] : state.meetings) {
    if (meeting.phase != meetings::MeetingPhase::kPlanned || meeting.starts_at <= effect) continue;
    for (const auto& [call_id, call] : meeting.calls) {
      const auto cause = CauseToWithdraw(call, scope, now);
      if (cause.has_value()) events.push_back(Withdrawn(meeting_id, call, *cause));
    }
    if (scope.withdrawn_as_a_whole() && meetings::NeedsConsent(meeting.planned.kind())) {
      events.push_back(Cancelled(meeting_id, meeting));
    }
  }
}

}  // namespace

void MeetingsFacts::Evolve(State& state, const StreamId& /*stream*/, const Event& event, const EventMeta& /*meta*/) {
  ApplyFact(state.facts, event);
}

std::vector<ImportedKind> MeetingsReaction::Imports() {
  std::vector<ImportedKind> imports = CaseFactKinds();
  const std::vector<ImportedKind> consent = ConsentScopeKinds(
      {meetings::v1::CallWithdrawn::descriptor()->full_name(), meetings::v1::MeetingCancelled::descriptor()->full_name()});
  imports.insert(imports.end(), consent.begin(), consent.end());
  return imports;
}

std::vector<NewEvent> MeetingsReaction::React(const State& state, const RecordedCommand& foreign, const DecisionContext& context) {
  std::vector<NewEvent> events;
  if (std::optional<common::v1::CaseFacts> facts = CaseFactsIn(foreign); facts.has_value()) {
    events.push_back(CaseFactsImportedEvent(context.case_id, *std::move(facts)));
  }
  if (const std::optional<ConsentScope> scope = ConsentScopeIn(foreign); scope.has_value()) {
    events.push_back(ConsentScopeImportedEvent(context.case_id, *scope));
    EndWhatIsNoLongerConsentedTo(state, *scope, EffectOf(*scope, foreign, context), context.now, events);
  }
  return events;
}

}  // namespace sip
