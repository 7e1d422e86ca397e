#include "services/meetings/domain/held.h"

#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/domain/checks.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "services/meetings/domain/decide.h"

namespace sip::meetings {
namespace {

void CheckHeldAt(const Meeting& meeting, const v1::RecordMeetingHeldRequest& request, const DecisionContext& context,
                 Violations& violations) {
  if (!request.has_started_at()) violations.Add(Reason::REASON_FIELD_REQUIRED, "", "started_at");
  if (!request.has_ended_at()) violations.Add(Reason::REASON_FIELD_REQUIRED, "", "ended_at");
  if (!request.has_started_at() || !request.has_ended_at()) return;
  if (!IsValidInstant(request.started_at())) violations.Add(Reason::REASON_FIELD_INVALID, "", "started_at");
  if (!IsValidInstant(request.ended_at())) violations.Add(Reason::REASON_FIELD_INVALID, "", "ended_at");
  if (FromProto(request.ended_at()) <= FromProto(request.started_at())) {
    violations.Add(Reason::REASON_END_BEFORE_START, "", "ended_at");
  }
  if (FromProto(request.ended_at()) > context.now + kOccurredAtSkew) {
    violations.Add(Reason::REASON_OCCURRED_AT_IN_FUTURE, "", "ended_at");
  }
  const std::optional<absl::Time> planned_at = meeting.latest.EffectiveIn(context.zone);
  if (planned_at.has_value() && FromProto(request.started_at()) < *planned_at) {
    violations.Add(Reason::REASON_OCCURRED_AT_BEFORE_LATER_FACT, "", "started_at", "The meeting was planned or moved after that.");
  }
}

void CheckMode(bool present, v1::ParticipationMode mode, absl::string_view field, Violations& violations) {
  if (!v1::ParticipationMode_IsValid(mode)) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-02", field);
  } else if (present && mode == v1::PARTICIPATION_MODE_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "MEE-02", field);
  }
}

// The individual is accounted for by a field of her own.
void CheckEntryOfCall(const Meeting& meeting, const v1::AttendanceEntry& entry, absl::string_view field,
                      std::set<std::string>& accounted_for, Violations& violations) {
  const std::string call_field = absl::StrCat(field, ".call_id");
  const Call* call = FindCall(meeting, entry.call_id());
  if (call == nullptr) {
    violations.Add(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "MEE-14", call_field);
  } else if (call->withdrawn) {
    violations.Add(Reason::REASON_CALL_IS_WITHDRAWN, "MEE-14", call_field);
  } else if (call->called.party_key().has_individual()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-14", call_field, "Use the field individual.");
  } else if (!accounted_for.insert(entry.call_id()).second) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-14", call_field, "Stands twice.");
  }
}

void CheckEntryWithoutCall(const v1::AttendanceEntry& entry, absl::string_view field, Violations& violations) {
  const bool one_other = KeysOf(entry.party()).size() == 1 && !entry.party().has_team() && !entry.party().has_individual();
  if (!one_other) violations.Add(Reason::REASON_FIELD_INVALID, "MEE-14", absl::StrCat(field, ".party"));
  if (!entry.present()) {
    violations.Add(Reason::REASON_FIELD_INVALID, "MEE-14", absl::StrCat(field, ".present"), "Neither called nor present.");
  }
}

void CheckAttendance(const Meeting& meeting, const v1::RecordMeetingHeldRequest& request, Violations& violations) {
  std::set<std::string> accounted_for;
  for (int i = 0; i < request.attendance_size(); ++i) {
    const v1::AttendanceEntry& entry = request.attendance(i);
    const std::string field = absl::StrCat("attendance[", i, "]");
    CheckMode(entry.present(), entry.mode(), absl::StrCat(field, ".mode"), violations);
    if (entry.call_id().empty()) {
      CheckEntryWithoutCall(entry, field, violations);
    } else {
      CheckEntryOfCall(meeting, entry, field, accounted_for, violations);
    }
  }
  for (const v1::CalledParty& active : ActiveCalls(meeting)) {
    if (active.party().has_individual() || accounted_for.count(active.call_id()) > 0) continue;
    violations.Add(Reason::REASON_ATTENDANCE_INCOMPLETE, "MEE-14", "attendance", active.call_id());
  }
}

void CheckIndividual(v1::MeetingKind kind, const v1::IndividualAttendanceEntry& individual, Violations& violations) {
  CheckMode(individual.present(), individual.mode(), "individual.mode", violations);
  if (individual.present() || !IsAboutPlan(kind)) return;
  if (individual.absence_reason().empty()) {
    violations.Add(Reason::REASON_INDIVIDUAL_ABSENCE_UNEXPLAINED, "MEE-04", "individual.absence_reason");
  }
  if (individual.wishes_obtained().empty()) {
    violations.Add(Reason::REASON_INDIVIDUAL_ABSENCE_UNEXPLAINED, "MEE-04", "individual.wishes_obtained");
  }
}

void CheckDisagreements(const v1::RecordMeetingHeldRequest& request, Violations& violations) {
  for (int i = 0; i < request.disagreements_size(); ++i) {
    const v1::Disagreement& disagreement = request.disagreements(i);
    const std::string field = absl::StrCat("disagreements[", i, "].taken_up_again_at");
    if (!disagreement.has_taken_up_again_at()) {
      if (disagreement.measure() == v1::DISAGREEMENT_MEASURE_ADJOURNED) {
        violations.Add(Reason::REASON_FIELD_REQUIRED, "MEE-12", field);
      }
    } else if (!IsValidInstant(disagreement.taken_up_again_at()) ||
               FromProto(disagreement.taken_up_again_at()) < FromProto(request.ended_at())) {
      violations.Add(Reason::REASON_FIELD_INVALID, "MEE-12", field, "Not before the meeting's end.");
    }
  }
}

// That a party has declined beforehand counts as notice of its absence.
v1::RecordedAttendance RecordedFrom(const Meeting& meeting, const v1::AttendanceEntry& entry) {
  v1::RecordedAttendance recorded;
  bool declined = false;
  if (const Call* call = entry.call_id().empty() ? nullptr : FindCall(meeting, entry.call_id()); call != nullptr) {
    recorded.set_call_id(entry.call_id());
    *recorded.mutable_party() = call->called.party();
    *recorded.mutable_party_key() = call->called.party_key();
    recorded.set_called(call->called.binding());
    declined = call->answer.has_value() && call->answer->answer() == v1::CALL_ANSWER_DECLINED;
  } else {
    *recorded.mutable_party() = entry.party();
    const auto keys = KeysOf(entry.party());
    if (!keys.empty()) *recorded.mutable_party_key() = keys[0];
  }
  recorded.set_present(entry.present());
  if (entry.present()) {
    recorded.set_mode(entry.mode());
  } else {
    recorded.set_absence_notified(entry.absence_notified() || declined);
    recorded.set_absence_reason(entry.absence_reason());
  }
  return recorded;
}

v1::IndividualAttendance RecordedFrom(const v1::IndividualAttendanceEntry& entry) {
  v1::IndividualAttendance recorded;
  recorded.set_present(entry.present());
  if (entry.present()) {
    recorded.set_mode(entry.mode());
  } else {
    recorded.set_absence_reason(entry.absence_reason());
    recorded.set_wishes_obtained(entry.wishes_obtained());
  }
  return recorded;
}

v1::MeetingHeld HeldFrom(const Meeting& meeting, const v1::RecordMeetingHeldRequest& request, const rules::v1::RuleSet& rule_set) {
  v1::MeetingHeld held;
  held.set_meeting_id(request.meeting_id());
  held.set_kind(meeting.planned.kind());
  held.set_follow_up_of_plan_id(meeting.planned.follow_up_of_plan_id());
  *held.mutable_started_at() = request.started_at();
  *held.mutable_ended_at() = request.ended_at();
  for (const v1::AttendanceEntry& entry : request.attendance()) *held.add_attendance() = RecordedFrom(meeting, entry);
  *held.mutable_individual() = RecordedFrom(request.individual());
  held.set_interpreter_used(request.interpreter_used());
  *held.mutable_disagreements() = request.disagreements();
  held.set_notes(request.notes());
  held.set_consent_checked(request.consent_checked());
  held.set_evaluation_offered(request.evaluation_offered());
  *held.mutable_chairs() = request.chairs().empty() ? meeting.planned.chairs() : request.chairs();
  if (request.has_secretary() || meeting.planned.has_secretary()) {
    *held.mutable_secretary() = request.has_secretary() ? request.secretary() : meeting.planned.secretary();
  }
  held.set_max_minutes(rule_set.meeting().max_minutes());
  held.set_longer_than_recommended(
      ExceedsRecommendation(rule_set, FromProto(request.ended_at()) - FromProto(request.started_at())));
  return held;
}

}  // namespace

Decision<v1::MeetingEvent> Decide(const MeetingsState& state, const v1::RecordMeetingHeldRequest& request,
                                  const DecisionContext& context) {
  const Meeting* meeting = DisclosedMeeting(state, request.meeting_id(), context);
  if (meeting == nullptr) return NotDisclosed();
  Violations violations;
  const rules::v1::RuleSet* rule_set = CaseRules(state, context, violations);
  if (rule_set == nullptr) return violations.ToRejection();
  v1::MeetingHeld held = HeldFrom(*meeting, request, *rule_set);
  if (meeting->held.has_value() && Same(*meeting->held, held)) return NothingNew();
  CheckStillPlanned(*meeting, violations);
  CheckOccurredAt(context, std::nullopt, violations);
  CheckHeldAt(*meeting, request, context, violations);
  CheckAttendance(*meeting, request, violations);
  CheckIndividual(meeting->planned.kind(), request.individual(), violations);
  CheckDisagreements(request, violations);
  if (!violations.empty()) return violations.ToRejection();
  return OneEvent([&](v1::MeetingEvent& event) { *event.mutable_meeting_held() = std::move(held); });
}

}  // namespace sip::meetings
