#include "services/plans/domain/plans_reaction.h"

#include <optional>
#include <utility>

#include "libs/domain/consent_import.h"
#include "libs/domain/facts.h"
#include "libs/domain/meeting_import.h"
#include "libs/eventsourcing/occurred.h"
#include "services/plans/domain/case.h"
#include "services/plans/domain/plan_reactions.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using common::v1::FactEvent;

void AppendKinds(const std::vector<std::string>& foreign_kinds, const std::vector<std::string>& caused,
                 std::vector<ImportedKind>& imports) {
  for (const std::string& kind : foreign_kinds) imports.push_back({kMeetingLogName, kind, caused});
}

// The agency that a call made party to the case; empty if the fact is no such call.
std::string CalledAgency(const FactEvent& fact) {
  if (!fact.has_meeting_call_imported() || fact.meeting_call_imported().withdrawn()) return "";
  return fact.meeting_call_imported().party().agency_id();
}

void ReactToMeeting(FactEvent fact, std::optional<common::v1::CaseFacts>& case_facts, const DecisionContext& context,
                    std::vector<NewEvent>& events) {
  const std::string agency_id = CalledAgency(fact);
  events.push_back(MakeNewEvent(FactsStream(context.case_id), std::move(fact)));
  if (agency_id.empty() || !case_facts.has_value()) return;
  auto added = PartyAdded(*case_facts, agency_id, cases::v1::PARTY_ADDED_CAUSE_CALLED);
  if (!added.has_value()) return;
  case_facts = added->case_party_added().facts();
  events.push_back(MakeNewEvent(CaseStream(context.case_id), *std::move(added)));
}

}  // namespace

void PlansFacts::Evolve(State& state, const StreamId& /*stream*/, const Event& event, const EventMeta& /*meta*/) {
  switch (event.kind_case()) {
    case FactEvent::kConsentScopeImported:
      state.consent = event.consent_scope_imported().scope();
      break;
    case FactEvent::kMeetingTimeImported: {
      const common::v1::MeetingTimeImported& time = event.meeting_time_imported();
      MeetingFacts& meeting = state.meetings[time.meeting_id()];
      meeting.follow_up_of_plan_id = time.follow_up_of_plan_id();
      meeting.starts_at = FromProto(time.starts_at());
      meeting.cancelled = time.cancelled();
      break;
    }
    case FactEvent::kMeetingHeldImported: {
      const common::v1::MeetingHeldImported& held = event.meeting_held_imported();
      MeetingFacts& meeting = state.meetings[held.meeting_id()];
      meeting.follow_up_of_plan_id = held.follow_up_of_plan_id();
      meeting.held_at = FromProto(held.held_at());
      break;
    }
    case FactEvent::kMeetingCallImported:  // What it causes is an event of the case.
    case FactEvent::kCaseFactsImported:    // The case lies in this log.
    case FactEvent::KIND_NOT_SET:
      break;
  }
}

std::vector<ImportedKind> PlansReaction::Imports() {
  std::vector<ImportedKind> imports = ConsentScopeKinds({plans::v1::PlanClosed::descriptor()->full_name()});
  AppendKinds(MeetingCallKinds(),
              {common::v1::MeetingCallImported::descriptor()->full_name(), cases::v1::CasePartyAdded::descriptor()->full_name()},
              imports);
  AppendKinds(MeetingTimeKinds(), {common::v1::MeetingTimeImported::descriptor()->full_name()}, imports);
  AppendKinds(MeetingHeldKinds(), {common::v1::MeetingHeldImported::descriptor()->full_name()}, imports);
  return imports;
}

std::vector<NewEvent> PlansReaction::React(const State& state, const RecordedCommand& foreign, const DecisionContext& context) {
  std::vector<NewEvent> events;
  if (const auto scope = ConsentScopeIn(foreign); scope.has_value()) {
    events.push_back(ConsentScopeImportedEvent(context.case_id, *scope));
    for (NewEvent& event : ReactToConsent(state, *scope, context)) events.push_back(std::move(event));
  }
  std::optional<common::v1::CaseFacts> case_facts;
  if (state.case_record.has_value()) case_facts = state.case_record->facts;
  for (FactEvent& fact : MeetingFactsIn(foreign, context.zone)) {
    ReactToMeeting(std::move(fact), case_facts, context, events);
  }
  return events;
}

}  // namespace sip
