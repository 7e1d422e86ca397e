#include "services/meetings/domain/schedule.h"

#include "libs/domain/checks.h"
#include "libs/eventsourcing/occurred.h"
#include "services/meetings/domain/decide.h"

namespace sip::meetings {
namespace {

using google::protobuf::Timestamp;

void CheckInstant(bool present, const Timestamp& instant, absl::string_view field, Violations& violations) {
  if (!present) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-12", field);
  } else if (!IsValidInstant(instant)) {
    violations.Add(Reason::REASON_FIELD_INVALID, "", field);
  }
}

// The requests that set times have them under the same names.
template <typename Request>
void CheckTimes(const Request& request, const DecisionContext& context, Violations& violations) {
  CheckInstant(request.has_starts_at(), request.starts_at(), "starts_at", violations);
  CheckInstant(request.has_ends_at(), request.ends_at(), "ends_at", violations);
  if (!request.has_starts_at()) return;
  if (request.has_ends_at() && FromProto(request.ends_at()) <= FromProto(request.starts_at())) {
    violations.Add(Reason::REASON_END_BEFORE_START, "", "ends_at");
  }
  if (FromProto(request.starts_at()) < EffectiveTime(context.occurred_at, context.zone)) {
    violations.Add(Reason::REASON_MEETING_STARTS_BEFORE_PLANNED, "", "starts_at");
  }
}

void CheckPlace(const v1::MeetingPlace& place, Violations& violations) {
  const bool remote = !place.link().empty() || !place.phone().empty();
  if (place.address().empty() && !remote && !place.home_visit()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-12", "place");
  }
  if (remote && !place.individual_heard_on_remote()) {
    violations.Add(Reason::REASON_INDIVIDUAL_NOT_HEARD_ON_REMOTE, "MEE-02", "place.individual_heard_on_remote");
  }
  if (place.home_visit() && !place.chosen_with_individual()) {
    violations.Add(Reason::REASON_HOME_VISIT_NOT_AGREED, "MEE-03", "place.chosen_with_individual");
  }
}

void CheckKind(const v1::PlanMeetingRequest& request, Violations& violations) {
  const bool follow_up = request.kind() == v1::MEETING_KIND_FOLLOW_UP;
  if (request.kind() == v1::MEETING_KIND_UNSPECIFIED || !v1::MeetingKind_IsValid(request.kind())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-01", "kind");
  }
  if (follow_up && request.follow_up_of_plan_id().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "MEE-01", "follow_up_of_plan_id");
  }
  if (!follow_up && !request.follow_up_of_plan_id().empty()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-01", "follow_up_of_plan_id", "Only a follow-up follows up a plan.");
  }
}

void CheckPurpose(const v1::PlanMeetingRequest& request, Violations& violations) {
  if (request.purpose().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-07", "purpose");
  if (request.questions().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-07", "questions");
  if (request.convenor().unit().agency_id().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, "INV-12", "convenor");
}

v1::MeetingPlanned PlannedFrom(const v1::PlanMeetingRequest& request, const Uuid& meeting_id, const rules::v1::RuleSet& rule_set) {
  v1::MeetingPlanned planned;
  planned.set_meeting_id(meeting_id.ToString());
  planned.set_kind(request.kind());
  planned.set_follow_up_of_plan_id(request.follow_up_of_plan_id());
  planned.set_purpose(request.purpose());
  *planned.mutable_questions() = request.questions();
  *planned.mutable_place() = request.place();
  *planned.mutable_starts_at() = request.starts_at();
  *planned.mutable_ends_at() = request.ends_at();
  *planned.mutable_convenor() = request.convenor();
  *planned.mutable_chairs() = request.chairs();
  if (request.has_secretary()) *planned.mutable_secretary() = request.secretary();
  *planned.mutable_preparations() = request.preparations();
  if (IsAboutPlan(request.kind()) && !rule_set.meeting().agenda().empty()) {
    planned.mutable_agenda()->set_rule_set_id(rule_set.id());
    for (const rules::v1::AgendaStep& step : rule_set.meeting().agenda()) planned.mutable_agenda()->add_steps(step.text());
  }
  planned.set_max_minutes(rule_set.meeting().max_minutes());
  planned.set_longer_than_recommended(
      ExceedsRecommendation(rule_set, FromProto(request.ends_at()) - FromProto(request.starts_at())));
  return planned;
}

void CheckConsentNotWithdrawn(const MeetingsState& state, v1::MeetingKind kind, Violations& violations) {
  if (NeedsConsent(kind) && state.facts.consent.withdrawn_as_a_whole()) {
    violations.Add(Reason::REASON_MEETING_CONSENT_WITHDRAWN, "CON-09", "kind");
  }
}

}  // namespace

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::PlanMeetingRequest& request,
                                  const DecisionContext& context) {
  if (!IsParty(state.facts, context.actor.agency_id())) return NotDisclosed();
  Violations violations;
  const rules::v1::RuleSet* rule_set = CaseRules(state, context, violations);
  if (rule_set == nullptr) return violations.ToRejection();
  const Uuid meeting_id = ChosenOrMinted(request.meeting_id(), "meeting", context);
  v1::MeetingPlanned planned = PlannedFrom(request, meeting_id, *rule_set);
  if (const Meeting* existing = FindMeeting(state, meeting_id.ToString()); existing != nullptr) {
    if (Same(existing->planned, planned)) return NothingNew();
    violations.Add(Reason::REASON_ID_TAKEN, "", "meeting_id");
  }
  if (meeting_id.IsNil()) violations.Add(Reason::REASON_FIELD_INVALID, "", "meeting_id");
  CheckCaseOpen(state, violations);
  CheckOccurredAt(context, std::nullopt, violations);
  CheckKind(request, violations);
  CheckPurpose(request, violations);
  CheckTimes(request, context, violations);
  CheckPlace(request.place(), violations);
  CheckConsentNotWithdrawn(state, request.kind(), violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_meeting_planned() = std::move(planned); });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RescheduleMeetingRequest& request,
                                  const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  Violations violations;
  const rules::v1::RuleSet* rule_set = CaseRules(state, context, violations);
  if (rule_set == nullptr) return violations.ToRejection();
  CheckStillPlanned(*meeting, violations);
  const bool same_place = !request.has_place() || Same(request.place(), meeting->place);
  if (violations.empty() && request.has_starts_at() && request.has_ends_at() && same_place &&
      FromProto(request.starts_at()) == meeting->starts_at && FromProto(request.ends_at()) == meeting->ends_at) {
    return NothingNew();
  }
  CheckCaseOpen(state, violations);
  CheckOccurredAt(context, meeting->latest.EffectiveIn(context.zone), violations);
  CheckTimes(request, context, violations);
  if (request.has_place()) CheckPlace(request.place(), violations);
  CheckConsentNotWithdrawn(state, meeting->planned.kind(), violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) {
    v1::MeetingRescheduled& moved = *event.mutable_meeting_rescheduled();
    moved.set_meeting_id(request.meeting_id());
    moved.set_kind(meeting->planned.kind());
    moved.set_follow_up_of_plan_id(meeting->planned.follow_up_of_plan_id());
    *moved.mutable_starts_at() = request.starts_at();
    *moved.mutable_ends_at() = request.ends_at();
    if (request.has_place()) *moved.mutable_place() = request.place();
    moved.set_reason(request.reason());
    for (v1::CalledParty& party : ActiveCalls(*meeting)) *moved.add_inform() = std::move(party);
    moved.set_longer_than_recommended(
        ExceedsRecommendation(*rule_set, FromProto(request.ends_at()) - FromProto(request.starts_at())));
    *moved.mutable_previous_starts_at() = ToProto(meeting->starts_at);
  });
}

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::CancelMeetingRequest& request,
                                  const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  if (meeting->phase == MeetingPhase::kCancelled) return NothingNew();
  Violations violations;
  CheckStillPlanned(*meeting, violations);
  CheckOccurredAt(context, meeting->latest.EffectiveIn(context.zone), violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) {
    v1::MeetingCancelled& cancelled = *event.mutable_meeting_cancelled();
    cancelled.set_meeting_id(request.meeting_id());
    cancelled.set_kind(meeting->planned.kind());
    cancelled.set_follow_up_of_plan_id(meeting->planned.follow_up_of_plan_id());
    *cancelled.mutable_starts_at() = ToProto(meeting->starts_at);
    cancelled.set_cause(v1::MEETING_CANCELLATION_CAUSE_CONVENOR);
    cancelled.set_reason(request.reason());
    for (v1::CalledParty& party : ActiveCalls(*meeting)) *cancelled.add_inform() = std::move(party);
  });
}

}  // namespace sip::meetings
