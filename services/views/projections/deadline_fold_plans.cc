// DL-01 first contact, DL-02 meeting, DL-13 follow-up, DL-14 end of a consent.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/calendar/period.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/views/projections/deadline_folds.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/rows.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using common::v1::CaseFacts;
using common::v1::ConsentGrant;
using common::v1::ConsentScope;
using common::v1::FactEvent;
using common::v1::Occurred;
using google::protobuf::Message;
using plans::v1::PlanEvent;
using rules::v1::RuleSet;
using views::v1::DeadlineCaseRow;
using views::v1::DeadlineMeetingRow;
using views::v1::DeadlinePlanRow;
using views::v1::DeadlineRow;

constexpr char kFirstContact[] = "dl-01";
constexpr char kMeeting[] = "dl-02";
constexpr char kMeetingRule[] = "DL-02";
constexpr char kFollowUpRule[] = "DL-13";
constexpr char kConsentRule[] = "DL-14";

std::string NameOf(const Message& event) { return event.GetDescriptor()->full_name(); }

Occurred InstantOf(const google::protobuf::Timestamp& timestamp) {
  Occurred occurred;
  *occurred.mutable_instant() = timestamp;
  return occurred;
}

// One record's effect. The state row is read when it is made and written by Finish.
class PlansFold {
 public:
  PlansFold(const RuleSetSource& rule_sets, absl::TimeZone zone, DeadlineBook& book)
      : rule_sets_(rule_sets),
        zone_(zone),
        book_(book),
        facts_(GetRow<CaseFacts>(book.view(), FactsKey(kPlansTable, book.case_id())).value_or(CaseFacts())),
        state_(GetRow<DeadlineCaseRow>(book.view(), DeadlineStateKey(book.case_id())).value_or(DeadlineCaseRow())) {}

  bool IsDone() const { return IsApplied(state_, book_.record()); }
  void Apply(const RecordedEvent& recorded);
  void Finish() {
    *state_.mutable_recorded_at() = ToProto(book_.record().recorded_at);
    PutRow(book_.view(), DeadlineStateKey(book_.case_id()), state_);
  }

 private:
  void ApplyCase(const CaseEvent& event);
  void Opened(const cases::v1::CaseOpened& event);
  void Contacted(const cases::v1::ContactMade& event);
  void Accepted(const cases::v1::OfferAccepted& event);
  void Closed(const cases::v1::CaseClosed& event);
  void Reopened(const cases::v1::CaseReopened& event);

  void ApplyPlan(const PlanEvent& event, const std::string& plan_id);
  void Drafted(const plans::v1::PlanDrafted& event, const std::string& plan_id);
  void Established(const plans::v1::PlanEstablished& event, const std::string& plan_id);
  void FollowedUp(const plans::v1::FollowUpRecorded& event, const std::string& plan_id);
  void PlanEnded(const std::string& plan_id);
  void SetUnit(const plans::v1::PlanElement& element, DeadlinePlanRow& plan);
  void AgreeFollowUp(const google::type::Date& date, const Message& event, DeadlinePlanRow& plan);

  void ApplyFact(const FactEvent& event);
  void ConsentChanged(const ConsentScope& scope);
  void ConsentEnds(const ConsentGrant& grant, const RuleSet& rule_set);
  void MeetingPlanned(const common::v1::MeetingTimeImported& event);
  void MeetingHeld(const common::v1::MeetingHeldImported& event);

  void SetFacts(const CaseFacts& facts);
  void StartPeriod(absl::string_view deadline_id, absl::string_view rule, const rules::v1::Period& period,
                   absl::string_view computed_by, const Occurred& start, absl::string_view event);
  void StartMeetingClock(rules::v1::MeetingClockStart clock, const Occurred& start, absl::string_view event);
  DeadlinePlanRow* PlanOf(const std::string& plan_id);
  std::vector<DeadlineRow> FollowUpsOf(const std::string& plan_id);
  // Sets when the next meeting that would meet it is planned, if it is a deadline that a meeting meets.
  void NotePlanned(DeadlineRow& row) const;
  void NotePlannedInAll();
  void ForgetMeeting(const std::string& meeting_id);

  const RuleSet* CaseRules() const { return rule_sets_.FindByDigest(facts_.rule_set_digest()); }

  const RuleSetSource& rule_sets_;
  const absl::TimeZone zone_;
  DeadlineBook& book_;
  CaseFacts facts_;
  DeadlineCaseRow state_;
};

void PlansFold::Apply(const RecordedEvent& recorded) {
  const Message* message = recorded.event.get();
  if (const auto* event = google::protobuf::DynamicCastToGenerated<CaseEvent>(message); event != nullptr) {
    ApplyCase(*event);
  } else if (const auto* plan = google::protobuf::DynamicCastToGenerated<PlanEvent>(message); plan != nullptr) {
    ApplyPlan(*plan, recorded.stream.id.ToString());
  } else if (const auto* fact = google::protobuf::DynamicCastToGenerated<FactEvent>(message); fact != nullptr) {
    ApplyFact(*fact);
  }
}

// --- the case: DL-01, DL-02

void PlansFold::ApplyCase(const CaseEvent& event) {
  switch (event.kind_case()) {
    case CaseEvent::kCaseOpened:
      return Opened(event.case_opened());
    case CaseEvent::kCasePartyAdded:
      return SetFacts(event.case_party_added().facts());
    case CaseEvent::kContactMade:
      return Contacted(event.contact_made());
    case CaseEvent::kOfferAccepted:
      return Accepted(event.offer_accepted());
    case CaseEvent::kOfferDeclined:
      return book_.Lapse(kMeeting, views::v1::DEADLINE_LAPSE_OFFER_DECLINED);
    case CaseEvent::kCaseClosed:
      return Closed(event.case_closed());
    case CaseEvent::kCaseReopened:
      return Reopened(event.case_reopened());
    case CaseEvent::kNeedAssessed:
    case CaseEvent::kRequestRefused:
    case CaseEvent::kPlanOffered:
    case CaseEvent::KIND_NOT_SET:
      return;
  }
}

bool AsksForPlan(cases::v1::InitiativeSource source) {
  return source == cases::v1::INITIATIVE_SOURCE_INDIVIDUAL || source == cases::v1::INITIATIVE_SOURCE_GUARDIAN ||
         source == cases::v1::INITIATIVE_SOURCE_NEXT_OF_KIN || source == cases::v1::INITIATIVE_SOURCE_REPRESENTATIVE;
}

void PlansFold::Opened(const cases::v1::CaseOpened& event) {
  SetFacts(event.facts());
  if (event.initiative().by().has_staff()) *state_.mutable_unit() = event.initiative().by().staff().unit();
  const RuleSet* rule_set = CaseRules();
  const Occurred& noticed = event.facts().need_noticed();
  if (rule_set == nullptr || !IsValid(noticed)) return;
  StartPeriod(kFirstContact, "DL-01", rule_set->start().first_contact(), "start.first_contact", noticed, NameOf(event));
  StartMeetingClock(rules::v1::MEETING_CLOCK_START_NEED_DISCOVERED, noticed, NameOf(event));
  if (AsksForPlan(event.initiative().source())) {
    StartMeetingClock(rules::v1::MEETING_CLOCK_START_REQUEST, noticed, NameOf(event));
  }
}

void PlansFold::Contacted(const cases::v1::ContactMade& event) {
  if (event.between_principals()) book_.Meet(kFirstContact, NameOf(event), OccurredAt(book_.record()));
}

void PlansFold::Accepted(const cases::v1::OfferAccepted& event) {
  SetFacts(event.facts());
  book_.Resume(kMeeting, views::v1::DEADLINE_LAPSE_OFFER_DECLINED);
  StartMeetingClock(rules::v1::MEETING_CLOCK_START_REQUEST, OccurredAt(book_.record()), NameOf(event));
}

// A consent whose end has passed has ended, whatever became of the case.
void PlansFold::Closed(const cases::v1::CaseClosed& event) {
  SetFacts(event.facts());
  for (const DeadlineRow& row : book_.All()) {
    if (row.rule() == kConsentRule && FromProto(row.due_at()) <= book_.record().recorded_at) continue;
    book_.Lapse(row.deadline_id(), views::v1::DEADLINE_LAPSE_CASE_CLOSED);
  }
}

void PlansFold::Reopened(const cases::v1::CaseReopened& event) {
  SetFacts(event.facts());
  for (const DeadlineRow& row : book_.All()) book_.Resume(row.deadline_id(), views::v1::DEADLINE_LAPSE_CASE_CLOSED);
}

void PlansFold::SetFacts(const CaseFacts& facts) {
  facts_ = facts;
  book_.SetParties(facts);
}

void PlansFold::StartPeriod(absl::string_view deadline_id, absl::string_view rule, const rules::v1::Period& period,
                            absl::string_view computed_by, const Occurred& start, absl::string_view event) {
  const absl::CivilDay last_day = LastDayWithin(*CaseRules(), LocalDay(start, zone_), period.max_days());
  DeadlineRow row;
  row.set_deadline_id(std::string(deadline_id));
  row.set_rule(std::string(rule));
  row.set_weight(period.weight());
  row.set_started_by(std::string(event));
  *row.mutable_started_at() = start;
  *row.mutable_last_day() = ToProto(last_day);
  *row.mutable_due_at() = ToProto(OverdueFrom(last_day, zone_));
  if (period.warning_days() > 0) {
    *row.mutable_warning_from() = ToProto(WarningFrom(last_day, static_cast<int>(period.warning_days()), zone_));
  }
  row.set_rule_set_id(facts_.rule_set_id());
  row.set_computed_by(absl::StrCat(computed_by, ".max_days = ", period.max_days()));
  if (state_.has_unit()) *row.mutable_unit() = state_.unit();
  NotePlanned(row);
  book_.Put(std::move(row));
}

// Runs from the first event of the kind that the rule set says, once.
void PlansFold::StartMeetingClock(rules::v1::MeetingClockStart clock, const Occurred& start, absl::string_view event) {
  const RuleSet* rule_set = CaseRules();
  if (rule_set == nullptr || rule_set->meeting().clock_start() != clock || book_.Find(kMeeting).has_value()) return;
  StartPeriod(kMeeting, kMeetingRule, rule_set->meeting().held_within(), "meeting.held_within", start, event);
}

// --- plans: DL-13

void PlansFold::ApplyPlan(const PlanEvent& event, const std::string& plan_id) {
  switch (event.kind_case()) {
    case PlanEvent::kPlanDrafted:
      return Drafted(event.plan_drafted(), plan_id);
    case PlanEvent::kPlanEstablished:
      return Established(event.plan_established(), plan_id);
    case PlanEvent::kFollowUpRecorded:
      return FollowedUp(event.follow_up_recorded(), plan_id);
    case PlanEvent::kPlanClosed:
      return PlanEnded(plan_id);
    case PlanEvent::kResponsibleChanged:
      if (DeadlinePlanRow* plan = PlanOf(plan_id); plan != nullptr) SetUnit(event.responsible_changed().element(), *plan);
      return;
    case PlanEvent::kPlanElementPut:
    case PlanEvent::kPlanElementRemoved:
    case PlanEvent::kPlanSigned:
    case PlanEvent::kSignatureDeclined:
    case PlanEvent::kCopyDistributed:
    case PlanEvent::kActionAccepted:
    case PlanEvent::kActionReported:
    case PlanEvent::kGoalAssessed:
    case PlanEvent::kPlanRevisionOpened:
    case PlanEvent::KIND_NOT_SET:
      return;
  }
}

void PlansFold::Drafted(const plans::v1::PlanDrafted& event, const std::string& plan_id) {
  DeadlinePlanRow& plan = *state_.add_plans();
  plan.set_plan_id(plan_id);
  plan.set_rule_set_id(event.rule_set_id());
  plan.set_rule_set_digest(event.rule_set_digest());
}

void PlansFold::Established(const plans::v1::PlanEstablished& event, const std::string& plan_id) {
  DeadlinePlanRow* plan = PlanOf(plan_id);
  if (plan == nullptr) return;
  for (const plans::v1::PlanElement& element : event.content().elements()) SetUnit(element, *plan);
  if (event.has_follow_up_date()) AgreeFollowUp(event.follow_up_date(), event, *plan);
}

void PlansFold::FollowedUp(const plans::v1::FollowUpRecorded& event, const std::string& plan_id) {
  DeadlinePlanRow* plan = PlanOf(plan_id);
  if (plan == nullptr) return;
  for (const DeadlineRow& row : FollowUpsOf(plan_id)) {
    book_.Meet(row.deadline_id(), NameOf(event), OccurredAt(book_.record()));
  }
  if (event.follow_up().next().has_date()) AgreeFollowUp(event.follow_up().next().date(), event, *plan);
}

void PlansFold::PlanEnded(const std::string& plan_id) {
  for (const DeadlineRow& row : FollowUpsOf(plan_id)) book_.Lapse(row.deadline_id(), views::v1::DEADLINE_LAPSE_PLAN_CLOSED);
  auto& plans = *state_.mutable_plans();
  plans.erase(std::remove_if(plans.begin(), plans.end(), [&](const DeadlinePlanRow& plan) { return plan.plan_id() == plan_id; }),
              plans.end());
}

void PlansFold::SetUnit(const plans::v1::PlanElement& element, DeadlinePlanRow& plan) {
  if (!element.has_responsible()) return;
  if (element.responsible().person().has_unit()) {
    *plan.mutable_unit() = element.responsible().person().unit();
  } else {
    plan.mutable_unit()->Clear();
    plan.mutable_unit()->set_agency_id(element.responsible().principal_agency_id());
  }
  for (DeadlineRow& row : FollowUpsOf(plan.plan_id())) {
    if (!IsRunning(row)) continue;
    *row.mutable_unit() = plan.unit();
    book_.Put(std::move(row));
  }
}

// A revision that keeps the date keeps the deadline; another date takes its place.
void PlansFold::AgreeFollowUp(const google::type::Date& date, const Message& event, DeadlinePlanRow& plan) {
  if (!IsValid(date)) return;
  const absl::CivilDay last_day = FromProto(date);
  for (const DeadlineRow& known : FollowUpsOf(plan.plan_id())) {
    const bool same_day = FromProto(known.last_day()) == last_day;
    if (same_day && known.lapse() == views::v1::DEADLINE_LAPSE_UNSPECIFIED) return;
    book_.Lapse(known.deadline_id(), views::v1::DEADLINE_LAPSE_NEW_DATE);
  }
  plan.set_follow_ups(plan.follow_ups() + 1);
  DeadlineRow row;
  row.set_deadline_id(absl::StrCat("dl-13.", plan.plan_id(), ".", plan.follow_ups()));
  row.set_rule(kFollowUpRule);
  row.set_weight(rules::v1::LEGAL_WEIGHT_AGREED);
  row.set_started_by(NameOf(event));
  *row.mutable_started_at() = OccurredAt(book_.record());
  *row.mutable_last_day() = date;
  *row.mutable_due_at() = ToProto(OverdueFrom(last_day, zone_));
  const RuleSet* rule_set = rule_sets_.FindByDigest(plan.rule_set_digest());
  if (rule_set != nullptr && rule_set->follow_up().warning_days() > 0) {
    const int warning_days = static_cast<int>(rule_set->follow_up().warning_days());
    *row.mutable_warning_from() = ToProto(WarningFrom(last_day, warning_days, zone_));
  }
  row.set_plan_id(plan.plan_id());
  row.set_rule_set_id(plan.rule_set_id());
  row.set_computed_by("the date that the plan states");
  if (plan.has_unit()) *row.mutable_unit() = plan.unit();
  NotePlanned(row);
  book_.Put(std::move(row));
}

DeadlinePlanRow* PlansFold::PlanOf(const std::string& plan_id) {
  for (DeadlinePlanRow& plan : *state_.mutable_plans()) {
    if (plan.plan_id() == plan_id) return &plan;
  }
  return nullptr;
}

std::vector<DeadlineRow> PlansFold::FollowUpsOf(const std::string& plan_id) {
  std::vector<DeadlineRow> rows = book_.All();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const DeadlineRow& row) { return row.rule() != kFollowUpRule || row.plan_id() != plan_id; }),
             rows.end());
  return rows;
}

// --- facts of other contexts

void PlansFold::ApplyFact(const FactEvent& event) {
  switch (event.kind_case()) {
    case FactEvent::kConsentScopeImported:
      return ConsentChanged(event.consent_scope_imported().scope());
    case FactEvent::kMeetingTimeImported:
      return MeetingPlanned(event.meeting_time_imported());
    case FactEvent::kMeetingHeldImported:
      return MeetingHeld(event.meeting_held_imported());
    case FactEvent::kCaseFactsImported:
    case FactEvent::kMeetingCallImported:
    case FactEvent::KIND_NOT_SET:
      return;
  }
}

std::string ConsentDeadlineId(const std::string& consent_id) { return absl::StrCat("dl-14.", consent_id); }

// The scope is complete: a consent that is no longer in it, or no longer has an end, has no deadline, unless its end has passed.
void PlansFold::ConsentChanged(const ConsentScope& scope) {
  const RuleSet* rule_set = CaseRules();
  if (rule_set == nullptr) return;
  for (const DeadlineRow& row : book_.All()) {
    if (row.rule() != kConsentRule || FromProto(row.due_at()) <= book_.record().recorded_at) continue;
    const auto ends = [&](const ConsentGrant& grant) {
      return grant.consent_id() == row.consent_id() && grant.has_applies_until();
    };
    if (std::any_of(scope.grants().begin(), scope.grants().end(), ends)) continue;
    book_.Lapse(row.deadline_id(), views::v1::DEADLINE_LAPSE_CONSENT_CHANGED);
  }
  for (const ConsentGrant& grant : scope.grants()) {
    if (grant.has_applies_until()) ConsentEnds(grant, *rule_set);
    if (grant.kind() == common::v1::CONSENT_KIND_PLAN) {
      StartMeetingClock(rules::v1::MEETING_CLOCK_START_CONSENT, InstantOf(grant.applies_from()), "sip.consent.v1.ConsentGiven");
    }
  }
  if (scope.withdrawn_as_a_whole()) {
    book_.Lapse(kMeeting, views::v1::DEADLINE_LAPSE_CONSENT_WITHDRAWN);
  } else {
    book_.Resume(kMeeting, views::v1::DEADLINE_LAPSE_CONSENT_WITHDRAWN);
  }
}

void PlansFold::ConsentEnds(const ConsentGrant& grant, const RuleSet& rule_set) {
  const absl::Time ends_at = FromProto(grant.applies_until());
  const std::string deadline_id = ConsentDeadlineId(grant.consent_id());
  const std::optional<DeadlineRow> known = book_.Find(deadline_id);
  if (known.has_value() && IsRunning(*known) && FromProto(known->due_at()) == ends_at) return;
  DeadlineRow row;
  row.set_deadline_id(deadline_id);
  row.set_rule(kConsentRule);
  row.set_weight(rules::v1::LEGAL_WEIGHT_RECOMMENDATION);
  row.set_started_by("sip.consent.v1.ConsentGiven");
  *row.mutable_started_at() = InstantOf(grant.applies_from());
  *row.mutable_due_at() = grant.applies_until();
  // The end is exclusive: the last day is that of the last moment in which it applies.
  const absl::CivilDay last_day = absl::ToCivilDay(ends_at - absl::Nanoseconds(1), zone_);
  if (rule_set.consent().warning_days() > 0) {
    const int warning_days = static_cast<int>(rule_set.consent().warning_days());
    *row.mutable_warning_from() = ToProto(WarningFrom(last_day, warning_days, zone_));
  }
  row.set_consent_id(grant.consent_id());
  row.set_rule_set_id(facts_.rule_set_id());
  row.set_computed_by("the end of the consent");
  book_.Put(std::move(row));
}

void PlansFold::MeetingPlanned(const common::v1::MeetingTimeImported& event) {
  ForgetMeeting(event.meeting_id());
  if (!event.cancelled() && (event.sip_meeting() || !event.follow_up_of_plan_id().empty())) {
    DeadlineMeetingRow& meeting = *state_.add_meetings();
    meeting.set_meeting_id(event.meeting_id());
    meeting.set_follow_up_of_plan_id(event.follow_up_of_plan_id());
    meeting.set_sip_meeting(event.sip_meeting());
    *meeting.mutable_starts_at() = event.starts_at();
  }
  NotePlannedInAll();
}

// A follow-up that was recorded before the meeting was imported has met its deadline already; the next one, which began on that
// day, is not met by the same meeting.
void PlansFold::MeetingHeld(const common::v1::MeetingHeldImported& event) {
  const absl::CivilDay held_on = absl::ToCivilDay(FromProto(event.held_at()), zone_);
  if (event.follow_up_of_plan_id().empty()) {
    if (event.sip_meeting()) book_.Meet(kMeeting, NameOf(event), InstantOf(event.held_at()));
  } else {
    for (const DeadlineRow& row : FollowUpsOf(event.follow_up_of_plan_id())) {
      if (LocalDay(row.started_at(), zone_) >= held_on) continue;
      book_.Meet(row.deadline_id(), NameOf(event), InstantOf(event.held_at()));
    }
  }
  ForgetMeeting(event.meeting_id());
  NotePlannedInAll();
}

void PlansFold::NotePlanned(DeadlineRow& row) const {
  if (row.rule() != kFollowUpRule && row.rule() != kMeetingRule) return;
  const auto meets = [&](const DeadlineMeetingRow& meeting) {
    return row.rule() == kFollowUpRule ? meeting.follow_up_of_plan_id() == row.plan_id() : meeting.sip_meeting();
  };
  row.clear_planned_at();
  for (const DeadlineMeetingRow& meeting : state_.meetings()) {
    if (!meets(meeting)) continue;
    if (row.has_planned_at() && FromProto(row.planned_at()) <= FromProto(meeting.starts_at())) continue;
    *row.mutable_planned_at() = meeting.starts_at();
  }
}

void PlansFold::NotePlannedInAll() {
  for (DeadlineRow& row : book_.All()) {
    // One that has lapsed may run again.
    if (row.has_stopped_at()) continue;
    const DeadlineRow before = row;
    NotePlanned(row);
    const bool same =
        row.has_planned_at() == before.has_planned_at() && FromProto(row.planned_at()) == FromProto(before.planned_at());
    if (!same) book_.Put(std::move(row));
  }
}

void PlansFold::ForgetMeeting(const std::string& meeting_id) {
  auto& meetings = *state_.mutable_meetings();
  meetings.erase(std::remove_if(meetings.begin(), meetings.end(),
                                [&](const DeadlineMeetingRow& meeting) { return meeting.meeting_id() == meeting_id; }),
                 meetings.end());
}

// Most of a plan's events start and stop nothing.
bool ChangesDeadlines(const RecordedCommand& record) {
  return std::any_of(record.events.begin(), record.events.end(), [](const RecordedEvent& recorded) {
    const auto* plan = google::protobuf::DynamicCastToGenerated<PlanEvent>(recorded.event.get());
    return plan == nullptr || plan->has_plan_drafted() || plan->has_plan_established() || plan->has_follow_up_recorded() ||
           plan->has_plan_closed() || plan->has_responsible_changed();
  });
}

}  // namespace

void FoldPlansRecord(const RuleSetSource& rule_sets, absl::TimeZone zone, DeadlineBook& book) {
  if (!ChangesDeadlines(book.record())) return;
  PlansFold fold(rule_sets, zone, book);
  if (fold.IsDone()) return;
  for (const RecordedEvent& recorded : book.record().events) fold.Apply(recorded);
  fold.Finish();
}

}  // namespace sip
