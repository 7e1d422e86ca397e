#include "services/views/projections/deadlines.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/projection_test_events.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using common::v1::FactEvent;
using meetings::v1::MeetingEvent;
using plans::v1::PlanEvent;
using views::v1::DeadlineRow;
using views::v1::DeadlineState;

absl::Time At(absl::string_view text) {
  const absl::StatusOr<absl::Time> time = ParseScenarioTime(text);
  EXPECT_TRUE(time.ok()) << text;
  return time.ok() ? *time : absl::InfinitePast();
}

DeadlineState StateAt(const DeadlineRow& row, absl::string_view time) { return DeadlineStateAt(row, At(time), Stockholm()); }

CaseEvent Opened(const std::string& owner = "test", const std::string& initiative = "source: INITIATIVE_SOURCE_SOCIAL_SERVICES") {
  return EventFrom<CaseEvent>(absl::StrCat(
      "case_opened { kind: CASE_KIND_SIP opened_by_agency_id: 'kommun-a' initiative { ", initiative,
      " by { staff { unit { agency_id: 'kommun-a' unit_id: 'bistand' } } } } facts { case_id: '@id(case)' rule_set_id: '", owner,
      "/2018-01-01' rule_set_digest: '@digest(", owner,
      "/2018-01-01)' agency_ids: 'kommun-a' open: true need_noticed { date { @date(2018-03-01) } } } }"));
}

FactEvent Scope(const std::string& scope) {
  return EventFrom<FactEvent>(absl::StrCat("consent_scope_imported { scope { ", scope, " } }"));
}

class DeadlinesTest : public ::testing::Test {
 protected:
  MemoryView::Rows Rows() { return CheckedRows(projection_, {&plans_, &meetings_}); }
  DeadlineRow Plans(const std::string& deadline_id) {
    return RowIn<DeadlineRow>(Rows(), DeadlineRowKey(kPlansTable, IdText("case"), deadline_id));
  }
  DeadlineRow Length() {
    return RowIn<DeadlineRow>(Rows(), DeadlineRowKey(kMeetingsTable, IdText("case"), "dl-03." + IdText("meeting")));
  }
  // The ids of the agency's deadlines, in the order in which they are due.
  std::vector<std::string> DueOf(const std::string& agency_id) {
    std::vector<std::string> ids;
    for (const auto& [key, value] : Rows()) {
      if (absl::StartsWith(key, DeadlinesOfAgencyPrefix(agency_id))) ids.push_back(key.substr(key.rfind('/') + 1));
    }
    return ids;
  }
  void Plan(const std::string& event) { plans_.Record(StreamOf("plan", "plan"), EventFrom<PlanEvent>(event)); }
  void Draft() {
    Plan("plan_drafted { plan_id: '@id(plan)' rule_set_id: 'test/2018-01-01' rule_set_digest: '@digest(test/2018-01-01)' }");
  }
  void Establish(const std::string& date) {
    Plan(absl::StrCat("plan_established { plan_revision: 1 follow_up_date { @date(", date,
                      ") } content { elements { responsible { principal_agency_id: 'kommun-a' person { unit { agency_id: "
                      "'kommun-a' unit_id: 'hemsjukvard' } } } } } }"));
  }
  std::string FollowUp(int number) { return absl::StrCat("dl-13.", IdText("plan"), ".", number); }

  DeadlinesProjection projection_{DeadlineTestRules(), Stockholm()};
  RecordedHistory plans_{"sip.plans"};
  RecordedHistory meetings_{"sip.meetings"};
};

TEST_F(DeadlinesTest, Dl01RunsFromTheNeedToTheEndOfTheThirdDay) {
  plans_.Record(CaseStream(), Opened());
  const DeadlineRow row = Plans("dl-01");
  EXPECT_EQ(row.rule(), "DL-01");
  EXPECT_EQ(row.weight(), rules::v1::LEGAL_WEIGHT_RECOMMENDATION);
  EXPECT_EQ(row.started_by(), "sip.cases.v1.CaseOpened");
  EXPECT_EQ(row.computed_by(), "start.first_contact.max_days = 3");
  EXPECT_EQ(row.unit().unit_id(), "bistand");
  EXPECT_EQ(FromProto(row.last_day()), absl::CivilDay(2018, 3, 4));
  EXPECT_EQ(StateAt(row, "2018-03-02 23:59"), views::v1::DEADLINE_STATE_OPEN);
  EXPECT_EQ(StateAt(row, "2018-03-03 00:00"), views::v1::DEADLINE_STATE_WARNING);
  EXPECT_EQ(StateAt(row, "2018-03-04 23:59"), views::v1::DEADLINE_STATE_WARNING);
  EXPECT_EQ(StateAt(row, "2018-03-05 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
}

TEST_F(DeadlinesTest, Dl01IsMetByAContactBetweenPrincipalsOnly) {
  plans_.Record(CaseStream(), Opened()).At("2018-03-02 10:00").Record(CaseStream(), EventFrom<CaseEvent>("contact_made {}"));
  EXPECT_EQ(StateAt(Plans("dl-01"), "2018-03-02 12:00"), views::v1::DEADLINE_STATE_OPEN);
  plans_.At("2018-03-04 23:00").Record(CaseStream(), EventFrom<CaseEvent>("contact_made { between_principals: true }"));
  const DeadlineRow row = Plans("dl-01");
  EXPECT_EQ(row.stopped_by(), "sip.cases.v1.ContactMade");
  EXPECT_EQ(StateAt(row, "2018-04-01 00:00"), views::v1::DEADLINE_STATE_MET);
}

TEST_F(DeadlinesTest, Dl01ThatIsMetTooLateStaysLate) {
  plans_.Record(CaseStream(), Opened())
      .At("2018-03-06 10:00")
      .OccurredAt("2018-03-05")
      .Record(CaseStream(), EventFrom<CaseEvent>("contact_made { between_principals: true }"));
  EXPECT_EQ(StateAt(Plans("dl-01"), "2018-04-01 00:00"), views::v1::DEADLINE_STATE_MET_LATE);
}

TEST_F(DeadlinesTest, Dl02RunsFromTheNeedAndIsMetByASipMeeting) {
  plans_.Record(CaseStream(), Opened())
      .Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_held_imported { held_at { @at(2018-03-20 10:00) } }"));
  const DeadlineRow open = Plans("dl-02");
  EXPECT_EQ(FromProto(open.last_day()), absl::CivilDay(2018, 3, 31));
  EXPECT_EQ(open.weight(), rules::v1::LEGAL_WEIGHT_AGREED);
  EXPECT_EQ(StateAt(open, "2018-03-20 12:00"), views::v1::DEADLINE_STATE_OPEN);
  plans_.Record(CaseFactsStream(),
                EventFrom<FactEvent>("meeting_held_imported { sip_meeting: true held_at { @at(2018-03-31 23:30) } }"));
  EXPECT_EQ(StateAt(Plans("dl-02"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_MET);
}

TEST_F(DeadlinesTest, Dl02ShowsWhenASipMeetingIsPlanned) {
  const auto planned = [&](absl::string_view text) {
    plans_.Record(CaseFactsStream(), EventFrom<FactEvent>(absl::StrCat("meeting_time_imported { ", text, " }")));
  };
  planned("meeting_id: '@id(early)' sip_meeting: true starts_at { @at(2018-03-14 13:00) }");
  plans_.Record(CaseStream(), Opened());
  EXPECT_EQ(FromProto(Plans("dl-02").planned_at()), At("2018-03-14 13:00"));
  EXPECT_FALSE(Plans("dl-01").has_planned_at());
  // No SIP meeting: one for information.
  planned("meeting_id: '@id(other)' starts_at { @at(2018-03-02 13:00) }");
  EXPECT_EQ(FromProto(Plans("dl-02").planned_at()), At("2018-03-14 13:00"));
  planned("meeting_id: '@id(early)' sip_meeting: true starts_at { @at(2018-03-20 13:00) }");
  planned("meeting_id: '@id(late)' sip_meeting: true starts_at { @at(2018-03-21 13:00) }");
  EXPECT_EQ(FromProto(Plans("dl-02").planned_at()), At("2018-03-20 13:00"));
  planned("meeting_id: '@id(early)' cancelled: true");
  EXPECT_EQ(FromProto(Plans("dl-02").planned_at()), At("2018-03-21 13:00"));
  planned("meeting_id: '@id(late)' cancelled: true");
  EXPECT_FALSE(Plans("dl-02").has_planned_at());
}

// A row that had lapsed kept the time of a meeting that was cancelled meanwhile, and showed it when it ran again.
TEST_F(DeadlinesTest, Dl02ThatRunsAgainShowsNoMeetingThatWasCancelledMeanwhile) {
  plans_.Record(CaseStream(), Opened());
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' sip_meeting: true starts_at "
                                                        "{ @at(2018-03-14 13:00) } }"));
  plans_.Record(CaseStream(), EventFrom<CaseEvent>("offer_declined {}"));
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' cancelled: true }"));
  plans_.Record(CaseStream(), EventFrom<CaseEvent>("offer_accepted {}"));
  EXPECT_EQ(Plans("dl-02").lapse(), views::v1::DEADLINE_LAPSE_UNSPECIFIED);
  EXPECT_FALSE(Plans("dl-02").has_planned_at());
}

TEST_F(DeadlinesTest, AMeetingThatConcernsNoDeadlineLeavesAllAsTheyAre) {
  plans_.Record(CaseStream(), Opened());
  const std::string before = Plans("dl-02").SerializeAsString();
  plans_.At("2018-03-02 10:00");
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(other)' starts_at "
                                                        "{ @at(2018-03-14 13:00) } }"));
  EXPECT_EQ(Plans("dl-02").SerializeAsString(), before);
}

TEST_F(DeadlinesTest, AFollowUpDeadlineThatBeganAtAMeetingDoesNotShowItAsPlanned) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' starts_at { @at(2018-04-15 13:00) } }"));
  plans_.At("2018-04-15 14:00");
  Plan("follow_up_recorded { follow_up { next { date { @date(2018-05-15) } } } }");
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_held_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' held_at { @at(2018-04-15 13:00) } }"));
  EXPECT_FALSE(Plans(FollowUp(2)).has_planned_at());
}

TEST_F(DeadlinesTest, Dl02DueDayIsWholeWhenSummerTimeBegins) {
  plans_.Record(CaseStream(), Opened());
  EXPECT_EQ(FromProto(Plans("dl-02").due_at()), At("2018-04-01 00:00"));
  EXPECT_EQ(absl::FormatTime("%H:%M", FromProto(Plans("dl-02").due_at()), absl::UTCTimeZone()), "22:00");
}

TEST_F(DeadlinesTest, Dl02RunsFromTheAnswerWhereTheRuleSetSaysRequest) {
  plans_.Record(CaseStream(), Opened("request"));
  EXPECT_THAT(DueOf("kommun-a"), ::testing::ElementsAre("dl-01"));
  plans_.At("2018-03-10 10:00")
      .Record(CaseStream(),
              EventFrom<CaseEvent>("offer_accepted { facts { case_id: '@id(case)' rule_set_digest: '@digest(request/2018-01-01)' "
                                   "agency_ids: 'kommun-a' open: true } }"));
  EXPECT_EQ(FromProto(Plans("dl-02").last_day()), absl::CivilDay(2018, 4, 9));
  EXPECT_EQ(Plans("dl-02").started_by(), "sip.cases.v1.OfferAccepted");
}

TEST_F(DeadlinesTest, Dl02RunsFromTheRequestOfThePerson) {
  plans_.Record(CaseStream(), Opened("request", "source: INITIATIVE_SOURCE_INDIVIDUAL"));
  EXPECT_EQ(FromProto(Plans("dl-02").last_day()), absl::CivilDay(2018, 3, 31));
}

TEST_F(DeadlinesTest, Dl02RunsFromTheConsentWhereTheRuleSetSaysConsent) {
  plans_.Record(CaseStream(), Opened("consent"))
      .Record(CaseFactsStream(), Scope("grants { consent_id: 'a' kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-05 10:00) } }"))
      .Record(CaseFactsStream(),
              Scope("grants { consent_id: 'b' kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-09 10:00) } }"));
  EXPECT_EQ(FromProto(Plans("dl-02").last_day()), absl::CivilDay(2018, 4, 4));
}

TEST_F(DeadlinesTest, Dl02LapsesWhenThePersonDeclinesAndRunsAgainWhenSheAccepts) {
  plans_.Record(CaseStream(), Opened()).Record(CaseStream(), EventFrom<CaseEvent>("offer_declined {}"));
  EXPECT_EQ(StateAt(Plans("dl-02"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_LAPSED);
  EXPECT_EQ(Plans("dl-02").lapse(), views::v1::DEADLINE_LAPSE_OFFER_DECLINED);
  plans_.Record(CaseStream(), EventFrom<CaseEvent>("offer_accepted { facts { rule_set_digest: '@digest(test/2018-01-01)' "
                                                   "agency_ids: 'kommun-a' open: true } }"));
  EXPECT_EQ(StateAt(Plans("dl-02"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
}

TEST_F(DeadlinesTest, Dl02LapsesWhenConsentIsWithdrawnAsAWhole) {
  plans_.Record(CaseStream(), Opened()).Record(CaseFactsStream(), Scope("withdrawn_as_a_whole: true"));
  EXPECT_EQ(Plans("dl-02").lapse(), views::v1::DEADLINE_LAPSE_CONSENT_WITHDRAWN);
  plans_.Record(CaseFactsStream(), Scope("grants { kind: CONSENT_KIND_PLAN }"));
  EXPECT_EQ(Plans("dl-02").lapse(), views::v1::DEADLINE_LAPSE_UNSPECIFIED);
}

TEST_F(DeadlinesTest, ClosingEndsWhatRunsAndReopeningLetsItRunAgain) {
  plans_.Record(CaseStream(), Opened())
      .Record(CaseStream(), EventFrom<CaseEvent>("contact_made { between_principals: true }"))
      .Record(CaseStream(), EventFrom<CaseEvent>("case_closed { facts { agency_ids: 'kommun-a' } }"));
  EXPECT_EQ(StateAt(Plans("dl-01"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_MET);
  EXPECT_EQ(StateAt(Plans("dl-02"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_LAPSED);
  plans_.Record(CaseStream(), EventFrom<CaseEvent>("case_reopened { facts { agency_ids: 'kommun-a' open: true } }"));
  EXPECT_EQ(StateAt(Plans("dl-02"), "2018-05-01 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
}

TEST_F(DeadlinesTest, Dl13IsTheDateThatThePlanStates) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  const DeadlineRow row = Plans(FollowUp(1));
  EXPECT_EQ(row.weight(), rules::v1::LEGAL_WEIGHT_AGREED);
  EXPECT_EQ(row.plan_id(), IdText("plan"));
  EXPECT_EQ(row.unit().unit_id(), "hemsjukvard");
  EXPECT_EQ(StateAt(row, "2018-04-09 23:59"), views::v1::DEADLINE_STATE_OPEN);
  EXPECT_EQ(StateAt(row, "2018-04-10 00:00"), views::v1::DEADLINE_STATE_WARNING);
  EXPECT_EQ(StateAt(row, "2018-04-16 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
}

TEST_F(DeadlinesTest, Dl13IsMetByTheFollowUpWhichAgreesTheNextOne) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  plans_.At("2018-04-15 14:00");
  Plan("follow_up_recorded { follow_up { next { date { @date(2018-05-15) } } } }");
  EXPECT_EQ(StateAt(Plans(FollowUp(1)), "2018-06-01 00:00"), views::v1::DEADLINE_STATE_MET);
  EXPECT_EQ(FromProto(Plans(FollowUp(2)).last_day()), absl::CivilDay(2018, 5, 15));
  // The meeting itself is imported afterwards: it does not meet the next one.
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_held_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' held_at { @at(2018-04-15 13:00) } }"));
  EXPECT_FALSE(Plans(FollowUp(2)).has_stopped_at());
  // A revision that keeps the date keeps the deadline.
  Establish("2018-05-15");
  EXPECT_THAT(DueOf("kommun-a"), ::testing::ElementsAre("dl-01", "dl-02", FollowUp(1), FollowUp(2)));
}

TEST_F(DeadlinesTest, Dl13IsMetByTheMeetingThatFollowsThePlanUp) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' starts_at { @at(2018-04-14 13:00) } }"));
  EXPECT_EQ(FromProto(Plans(FollowUp(1)).planned_at()), At("2018-04-14 13:00"));
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_held_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' held_at { @at(2018-04-16 13:00) } }"));
  EXPECT_EQ(StateAt(Plans(FollowUp(1)), "2018-06-01 00:00"), views::v1::DEADLINE_STATE_MET_LATE);
}

TEST_F(DeadlinesTest, Dl13ShowsNoMeetingThatWasCancelled) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' starts_at { @at(2018-04-14 13:00) } }"));
  Establish("2018-04-15");
  EXPECT_TRUE(Plans(FollowUp(1)).has_planned_at());
  plans_.Record(CaseFactsStream(), EventFrom<FactEvent>("meeting_time_imported { meeting_id: '@id(m)' follow_up_of_plan_id: "
                                                        "'@id(plan)' cancelled: true }"));
  EXPECT_FALSE(Plans(FollowUp(1)).has_planned_at());
}

TEST_F(DeadlinesTest, Dl13GivesWayToANewDateAndEndsWithThePlan) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  Establish("2018-04-20");
  EXPECT_EQ(Plans(FollowUp(1)).lapse(), views::v1::DEADLINE_LAPSE_NEW_DATE);
  Plan("plan_closed {}");
  EXPECT_EQ(Plans(FollowUp(1)).lapse(), views::v1::DEADLINE_LAPSE_NEW_DATE);
  EXPECT_EQ(Plans(FollowUp(2)).lapse(), views::v1::DEADLINE_LAPSE_PLAN_CLOSED);
}

TEST_F(DeadlinesTest, Dl13GoesToTheUnitOfTheNewResponsible) {
  plans_.Record(CaseStream(), Opened());
  Draft();
  Establish("2018-04-15");
  Plan("responsible_changed { element { responsible { principal_agency_id: 'region-nord' } } }");
  EXPECT_EQ(Plans(FollowUp(1)).unit().agency_id(), "region-nord");
  EXPECT_EQ(Plans(FollowUp(1)).unit().unit_id(), "");
}

TEST_F(DeadlinesTest, Dl14WarnsBeforeAConsentEndsAndFollowsItsChanges) {
  const std::string grant = "grants { consent_id: 'a' kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-01 10:00) } ";
  plans_.Record(CaseStream(), Opened()).Record(CaseFactsStream(), Scope(grant + "applies_until { @at(2018-09-01 00:00) } }"));
  const DeadlineRow row = Plans("dl-14.a");
  EXPECT_EQ(row.weight(), rules::v1::LEGAL_WEIGHT_RECOMMENDATION);
  EXPECT_EQ(StateAt(row, "2018-08-16 23:59"), views::v1::DEADLINE_STATE_OPEN);
  EXPECT_EQ(StateAt(row, "2018-08-17 00:00"), views::v1::DEADLINE_STATE_WARNING);
  EXPECT_EQ(StateAt(row, "2018-09-01 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
  plans_.Record(CaseFactsStream(), Scope(grant + "applies_until { @at(2018-10-01 00:00) } }"));
  EXPECT_EQ(StateAt(Plans("dl-14.a"), "2018-09-15 12:00"), views::v1::DEADLINE_STATE_OPEN);
  plans_.Record(CaseFactsStream(), Scope(grant + "}"));
  EXPECT_EQ(Plans("dl-14.a").lapse(), views::v1::DEADLINE_LAPSE_CONSENT_CHANGED);
}

TEST_F(DeadlinesTest, Dl14OfAConsentThatHasEndedStaysEnded) {
  plans_.Record(CaseStream(), Opened())
      .Record(CaseFactsStream(), Scope("grants { consent_id: 'a' kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-01 10:00) } "
                                       "applies_until { @at(2018-03-08 00:00) } }"))
      .At("2018-03-09 10:00")
      .Record(CaseFactsStream(), Scope(""))
      .Record(CaseStream(), EventFrom<CaseEvent>("case_closed { facts { agency_ids: 'kommun-a' } }"));
  EXPECT_EQ(StateAt(Plans("dl-14.a"), "2018-03-10 00:00"), views::v1::DEADLINE_STATE_OVERDUE);
}

class MeetingLengthTest : public DeadlinesTest {
 protected:
  void SetUp() override {
    meetings_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a'"));
    Meeting(
        "meeting_planned { meeting_id: '@id(meeting)' max_minutes: 120 starts_at { @at(2018-03-12 10:00) } "
        "convenor { unit { agency_id: 'kommun-a' unit_id: 'bistand' } } }");
  }
  void Meeting(const std::string& event) { meetings_.Record(StreamOf("meeting", "meeting"), EventFrom<MeetingEvent>(event)); }
};

TEST_F(MeetingLengthTest, Dl03RunsFromStartToEnd) {
  EXPECT_EQ(FromProto(Length().due_at()), At("2018-03-12 12:00"));
  EXPECT_EQ(StateAt(Length(), "2018-03-12 11:59"), views::v1::DEADLINE_STATE_OPEN);
  Meeting("meeting_rescheduled { meeting_id: '@id(meeting)' starts_at { @at(2018-03-13 10:00) } }");
  EXPECT_EQ(FromProto(Length().due_at()), At("2018-03-13 12:00"));
  Meeting("meeting_held { meeting_id: '@id(meeting)' started_at { @at(2018-03-13 10:10) } ended_at { @at(2018-03-13 12:10) } }");
  EXPECT_EQ(StateAt(Length(), "2018-04-01 00:00"), views::v1::DEADLINE_STATE_MET);
}

TEST_F(MeetingLengthTest, Dl03IsNotKeptByALongerMeeting) {
  Meeting("meeting_held { meeting_id: '@id(meeting)' started_at { @at(2018-03-12 10:00) } ended_at { @at(2018-03-12 12:01) } }");
  EXPECT_EQ(StateAt(Length(), "2018-04-01 00:00"), views::v1::DEADLINE_STATE_MET_LATE);
}

TEST_F(MeetingLengthTest, Dl03LapsesWithTheMeeting) {
  Meeting("meeting_cancelled { meeting_id: '@id(meeting)' }");
  EXPECT_EQ(StateAt(Length(), "2018-04-01 00:00"), views::v1::DEADLINE_STATE_LAPSED);
}

TEST_F(MeetingLengthTest, DeadlinesOfBothLogsAreListedByWhenTheyAreDueForEveryParty) {
  plans_.Record(CaseStream(), Opened());
  EXPECT_THAT(DueOf("region-nord"), ::testing::IsEmpty());
  plans_.Record(CaseStream(),
                EventFrom<CaseEvent>("case_party_added { facts { agency_ids: 'kommun-a' agency_ids: 'region-nord' open: true } }"));
  meetings_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a' agency_ids: 'region-nord'"));
  const auto all = ::testing::ElementsAre("dl-01", "dl-03." + IdText("meeting"), "dl-02");
  EXPECT_THAT(DueOf("kommun-a"), all);
  EXPECT_THAT(DueOf("region-nord"), all);
}

}  // namespace
}  // namespace sip
