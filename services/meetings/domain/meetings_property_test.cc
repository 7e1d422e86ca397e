// What holds for whatever commands come, in whatever order.
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "rapidcheck/gtest.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/meetings/domain/test_rule_sets.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {
namespace {

using common::v1::ConsentScope;
using meetings::MeetingsState;
using meetings::v1::MeetingCommand;
using meetings::v1::MeetingEvent;

const absl::Time kStart = absl::FromUnixSeconds(1'520'000'000);
const char* const kAgencies[] = {"region-nord", "kommun-a", "kommun-b", "fk"};

DecisionContext ContextAt(absl::Time now, int request) {
  DecisionContext context;
  context.now = now;
  context.zone = Stockholm();
  context.occurred_at = OccurredAtInstant(now);
  context.case_id = NamedId("case");
  context.id_seed = NamedSeed(std::to_string(request));
  context.rule_sets = &MeetingTestRuleSets();
  context.agencies = &TestAgencies();
  return context;
}

void Give(ConsentScope& scope, common::v1::ConsentKind kind) {
  common::v1::ConsentGrant& grant = *scope.add_grants();
  grant.set_kind(kind);
  *grant.mutable_applies_from() = ToProto(kStart - absl::Hours(1));
  for (const char* agency : kAgencies) *grant.add_parties() = AgencyKey(agency);
}

MeetingsState KnownCase() {
  MeetingsState state;
  common::v1::CaseFacts& facts = state.facts.case_facts.emplace();
  facts.set_open(true);
  facts.add_agency_ids("region-nord");
  facts.add_agency_ids("kommun-a");
  const rules::v1::RuleSet* rule_set = MeetingTestRuleSets().Find("skl/2018-01-01");
  facts.set_rule_set_digest(MeetingTestRuleSets().DigestOf(*rule_set));
  Give(state.facts.consent, common::v1::CONSENT_KIND_PLAN);
  Give(state.facts.consent, common::v1::CONSENT_KIND_INFORMATION_SHARING);
  return state;
}

int Below(int bound) { return *rc::gen::inRange(0, bound); }
std::string SomeMeeting() { return NamedId(Below(2) == 0 ? "m1" : "m2").ToString(); }
std::string SomeCall() { return NamedId("c" + std::to_string(Below(3))).ToString(); }

void SetTimes(auto& request, absl::Time now) {
  const absl::Time starts_at = now + absl::Hours(1 + Below(100));
  *request.mutable_starts_at() = ToProto(starts_at);
  *request.mutable_ends_at() = ToProto(starts_at + absl::Minutes(30 + Below(200)));
}

void FillCall(auto& request) {
  request.set_meeting_id(SomeMeeting());
  request.set_call_id(SomeCall());
  request.mutable_party()->mutable_staff()->mutable_unit()->set_agency_id(kAgencies[Below(4)]);
  request.set_channel(common::v1::CHANNEL_SYSTEM);
  request.set_decided_by(meetings::v1::INVITEE_DECISION_INDIVIDUAL);
}

void FillPlan(meetings::v1::PlanMeetingRequest& request, absl::Time now) {
  request.set_meeting_id(SomeMeeting());
  request.set_kind(static_cast<meetings::v1::MeetingKind>(Below(8)));
  request.set_purpose("p");
  request.add_questions("q");
  request.mutable_place()->set_address("a");
  request.mutable_convenor()->mutable_unit()->set_agency_id("region-nord");
  if (request.kind() == meetings::v1::MEETING_KIND_FOLLOW_UP) request.set_follow_up_of_plan_id(NamedId("plan").ToString());
  SetTimes(request, now);
}

void FillHeld(meetings::v1::RecordMeetingHeldRequest& request, absl::Time now) {
  request.set_meeting_id(SomeMeeting());
  *request.mutable_started_at() = ToProto(now - absl::Minutes(Below(100)));
  *request.mutable_ended_at() = ToProto(now);
  request.mutable_individual()->set_present(true);
  request.mutable_individual()->set_mode(meetings::v1::PARTICIPATION_MODE_IN_PERSON);
  for (int i = 0; i < Below(4); ++i) request.add_attendance()->set_call_id(SomeCall());
}

MeetingCommand SomeCommand(absl::Time now) {
  MeetingCommand command;
  switch (Below(10)) {
    case 0:
      FillPlan(*command.mutable_plan_meeting(), now);
      break;
    case 1:
      FillCall(*command.mutable_call_party());
      break;
    case 2:
      FillCall(*command.mutable_invite_party());
      break;
    case 3:
      command.mutable_acknowledge_call()->set_meeting_id(SomeMeeting());
      command.mutable_acknowledge_call()->set_call_id(SomeCall());
      command.mutable_acknowledge_call()->set_told_by(common::v1::CHANNEL_PHONE);
      break;
    case 4:
      command.mutable_answer_call()->set_meeting_id(SomeMeeting());
      command.mutable_answer_call()->set_call_id(SomeCall());
      command.mutable_answer_call()->set_answer(static_cast<meetings::v1::CallAnswer>(Below(3)));
      command.mutable_answer_call()->set_reason("r");
      command.mutable_answer_call()->set_told_by(common::v1::CHANNEL_PHONE);
      break;
    case 5:
      command.mutable_withdraw_call()->set_meeting_id(SomeMeeting());
      command.mutable_withdraw_call()->set_call_id(SomeCall());
      break;
    case 6:
      command.mutable_reschedule_meeting()->set_meeting_id(SomeMeeting());
      SetTimes(*command.mutable_reschedule_meeting(), now);
      break;
    case 7:
      command.mutable_cancel_meeting()->set_meeting_id(SomeMeeting());
      break;
    case 8:
      command.mutable_confirm_contact()->set_meeting_id(SomeMeeting());
      *command.mutable_confirm_contact()->mutable_party() = AgencyKey(kAgencies[Below(4)]);
      command.mutable_confirm_contact()->set_established(Below(2) == 0);
      break;
    default:
      FillHeld(*command.mutable_record_meeting_held(), now);
      break;
  }
  return command;
}

void Fold(MeetingsState& state, const StreamId& stream, const MeetingEvent& event, absl::Time now) {
  MeetingDecider::Evolve(state, stream, event, EventMeta{now, OccurredAtInstant(now), "region-nord", 1});
}

// Carries out up to `commands` random commands, an hour apart, and returns the time after them. `check` sees every accepted one.
template <typename Check>
absl::Time Live(MeetingsState& state, int commands, const Check& check) {
  absl::Time now = kStart;
  for (int i = 0; i < commands; ++i, now += absl::Hours(1)) {
    DecisionContext context = ContextAt(now, i);
    context.actor.set_agency_id(kAgencies[Below(4)]);
    const MeetingCommand command = SomeCommand(now);
    const StreamId stream = MeetingDecider::StreamOf(command, context);
    const auto decision = MeetingDecider::Decide(state, command, context);
    if (!decision.accepted()) continue;
    for (const MeetingEvent& event : decision.events()) Fold(state, stream, event, now);
    check(command, context);
  }
  return now;
}

RC_GTEST_PROP(MeetingsProperty, AFulfilledWishGivesNoEventsWhenRepeated, ()) {
  MeetingsState state = KnownCase();
  Live(state, 60, [&](const MeetingCommand& command, const DecisionContext& context) {
    const auto again = MeetingDecider::Decide(state, command, context);
    RC_ASSERT(again.accepted());
    RC_ASSERT(again.events().empty());
  });
}

RC_GTEST_PROP(MeetingsProperty, OutsidersLearnNothing, ()) {
  MeetingsState state = KnownCase();
  const absl::Time now = Live(state, 40, [](const MeetingCommand&, const DecisionContext&) {});
  DecisionContext context = ContextAt(now, 1000);
  context.actor.set_agency_id("region-syd");
  const auto decision = MeetingDecider::Decide(state, SomeCommand(now), context);
  RC_ASSERT(!decision.accepted());
  RC_ASSERT(decision.rejection().violations_size() == 1);
  RC_ASSERT(decision.rejection().violations(0).reason() == Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
}

RecordedCommand ConsentRecord(const ConsentScope& scope, absl::Time now) {
  auto event = std::make_shared<consent::v1::ConsentEvent>();
  *event->mutable_consent_withdrawn()->mutable_scope() = scope;
  RecordedCommand record;
  record.log_name = "sip.consent";
  record.recorded_at = now;
  record.events.push_back({StreamId{"consent", NamedId("case")}, 1, std::move(event)});
  return record;
}

void ReactAndFold(MeetingsState& state, const ConsentScope& scope, absl::Time now) {
  const DecisionContext context = ContextAt(now, 2000);
  for (const NewEvent& caused : MeetingsReaction::React(state, ConsentRecord(scope, now), context)) {
    const EventMeta meta{now, OccurredAtInstant(now), "", 1};
    if (const auto* fact = google::protobuf::DynamicCastToGenerated<common::v1::FactEvent>(caused.event.get()); fact != nullptr) {
      MeetingsFacts::Evolve(state, caused.stream, *fact, meta);
    } else {
      Fold(state, caused.stream, static_cast<const MeetingEvent&>(*caused.event), now);
    }
  }
}

RC_GTEST_PROP(MeetingsProperty, Con09AfterAWithdrawalNoCallToAMeetingToComeHolds, ()) {
  MeetingsState state = KnownCase();
  const absl::Time now = Live(state, 40, [](const MeetingCommand&, const DecisionContext&) {});
  ConsentScope scope;
  scope.set_withdrawn_as_a_whole(true);
  *scope.mutable_withdrawn_at() = ToProto(now);
  ReactAndFold(state, scope, now);
  for (const auto& [id, meeting] : state.meetings) {
    if (meeting.phase != meetings::MeetingPhase::kPlanned || meeting.starts_at <= now) continue;
    RC_ASSERT(meetings::ActiveCalls(meeting).empty());
    RC_ASSERT(meeting.planned.kind() == meetings::v1::MEETING_KIND_INFORMATION ||
              meeting.planned.kind() == meetings::v1::MEETING_KIND_MOTIVATION);
  }
}

RC_GTEST_PROP(MeetingsProperty, Con06NoCallOfAnExcludedPartyHoldsAndOthersStay, ()) {
  MeetingsState state = KnownCase();
  const absl::Time now = Live(state, 40, [](const MeetingCommand&, const DecisionContext&) {});
  const MeetingsState before = state;
  ConsentScope scope = state.facts.consent;
  *scope.mutable_grants(0)->add_excluded_parties() = AgencyKey("kommun-a");
  ReactAndFold(state, scope, now);
  for (const auto& [id, meeting] : state.meetings) {
    if (meeting.phase != meetings::MeetingPhase::kPlanned || meeting.starts_at <= now) continue;
    for (const auto& [call_id, call] : meeting.calls) {
      const bool excluded = call.called.party_key().agency_id() == "kommun-a";
      RC_ASSERT(call.withdrawn == (excluded || before.meetings.at(id).calls.at(call_id).withdrawn));
    }
  }
}

}  // namespace
}  // namespace sip
