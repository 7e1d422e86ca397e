// The query functions over rows that projections folded from events.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "services/views/projections/cases.h"
#include "services/views/projections/consent.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/deviations.h"
#include "services/views/projections/meetings.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/timeline.h"
#include "services/views/queries/case_queries.h"
#include "services/views/queries/consent_queries.h"
#include "services/views/queries/deadline_queries.h"
#include "services/views/queries/deviation_queries.h"
#include "services/views/queries/meeting_queries.h"
#include "services/views/server/memory_rows.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(absl::string_view text) { return ParseScenarioTime(text).value(); }
const absl::Time kNow = At("2018-03-05 12:00");

// A case of `subject` with these parties, opened by staff of the unit.
void Open(RecordedHistory& plans, absl::string_view name, absl::string_view subject, const std::vector<std::string>& agencies,
          absl::string_view unit) {
  std::string parties;
  for (const std::string& agency : agencies) absl::StrAppend(&parties, " agency_ids: '", agency, "'");
  plans.InCase(NamedId(name))
      .Record(StreamOf("case", name),
              EventFrom<CaseEvent>(absl::StrCat(
                  "case_opened { kind: CASE_KIND_SIP opened_by_agency_id: 'kommun-a' initiative { by { staff { unit { agency_id: "
                  "'kommun-a' "
                  "unit_id: '",
                  unit, "' } } } } facts { case_id: '@id(", name, ")' subject_id: '@id(", subject,
                  ")' open: true rule_set_id: 'test/2018-01-01' rule_set_digest: '@digest(test/2018-01-01)' need_noticed { date { "
                  "@date(2018-03-01) } }",
                  parties, " } }")));
}

class CaseQueriesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open(plans_, "one", "karl", {"kommun-a", "region-nord"}, "bistand");
    Open(plans_, "two", "anna", {"kommun-a"}, "lss");
    Open(plans_, "three", "karl", {"kommun-b"}, "bistand");
    plans_.InCase(NamedId("two")).Record(StreamOf("case", "two"), EventFrom<CaseEvent>("plan_offered {}"));
  }
  std::vector<std::string> List(const views::v1::ListCasesRequest& request, absl::string_view agency_id) {
    const auto response = ListCases(MemoryRows(RowsOf(CasesProjection(), {&plans_})), request, agency_id, kNow);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> subjects;
    for (const views::v1::ListedCase& listed : response->cases()) subjects.push_back(listed.case_row().case_id());
    return subjects;
  }
  std::vector<std::string> List(const std::string& request, absl::string_view agency_id = "kommun-a") {
    return List(EventFrom<views::v1::ListCasesRequest>(request), agency_id);
  }

  RecordedHistory plans_{"sip.plans"};
};

TEST_F(CaseQueriesTest, AnAgencySeesItsOwnCasesOnly) {
  EXPECT_THAT(List(""), ::testing::UnorderedElementsAre(IdText("one"), IdText("two")));
  EXPECT_THAT(List("", "region-nord"), ElementsAre(IdText("one")));
  EXPECT_THAT(List("", "fk"), IsEmpty());
  EXPECT_THAT(List("", ""), IsEmpty());
}

TEST_F(CaseQueriesTest, FiltersNarrowTheListAndNeverWidenIt) {
  EXPECT_THAT(List("subject_id: '@id(karl)'"), ElementsAre(IdText("one")));
  EXPECT_THAT(List("agency_id: 'region-nord'"), ElementsAre(IdText("one")));
  EXPECT_THAT(List("agency_id: 'kommun-b'"), IsEmpty());
  EXPECT_THAT(List("agency_id: 'kommun-a' unit_id: 'bistand'"), ElementsAre(IdText("one")));
  EXPECT_THAT(List("unit_id: 'lss'"), ElementsAre(IdText("two")));
  EXPECT_THAT(List("states: CASE_STATE_OFFERED"), ElementsAre(IdText("two")));
  EXPECT_THAT(List("states: CASE_STATE_OFFERED states: CASE_STATE_NOTICED subject_id: '@id(karl)'"), ElementsAre(IdText("one")));
}

TEST_F(CaseQueriesTest, ACaseSaysWhereItStandsAtTheTimeOfTheAnswer) {
  views::v1::CaseRow row;
  row.mutable_facts()->set_open(true);
  EXPECT_EQ(CaseAnswer(row, kNow).state(), views::v1::CASE_STATE_NOTICED);
}

TEST_F(CaseQueriesTest, TheTimelineNamesAgenciesAndShowsWhatWasKnownThen) {
  plans_.InCase(NamedId("one")).At("2018-03-02 10:00").Record(StreamOf("case", "one"), EventFrom<CaseEvent>("plan_offered {}"));
  const MemoryRows rows(RowsOf(TimelineProjection(), {&plans_}));
  const auto name_of = [](absl::string_view id) { return std::string(id == "kommun-a" ? "Kommun A" : ""); };
  auto request = EventFrom<views::v1::GetTimelineRequest>("case_id: '@id(one)'");
  const auto all = GetTimeline(rows, request, name_of);
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->entries_size(), 2);
  EXPECT_EQ(all->entries(0).text_sv(), "Kommun A öppnade ärendet.");
  EXPECT_EQ(all->entries(1).text_en(), "A plan was offered.");
  request = EventFrom<views::v1::GetTimelineRequest>("case_id: '@id(one)' as_of { @at(2018-03-01 12:00) }");
  EXPECT_EQ(GetTimeline(rows, request, name_of)->entries_size(), 1);
}

TEST(ConsentQueriesTest, WhatAppliesDependsOnTheTime) {
  RecordedHistory history("sip.consent");
  history.Record(
      StreamOf("consent", "case"),
      EventFrom<consent::v1::ConsentEvent>(
          "consent_given { consent_id: 'a' scope { grants { consent_id: 'a' kind: CONSENT_KIND_INFORMATION_SHARING "
          "applies_from { @at(2018-03-01 10:00) } applies_until { @at(2018-03-08 00:00) } parties { agency_id: 'fk' } parties "
          "{ agency_id: 'kommun-a' } } grants { consent_id: 'b' kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-01 10:00) } "
          "excluded_parties { agency_id: 'fk' } } } }"));
  const MemoryRows rows(RowsOf(ConsentProjection(), {&history}));
  const auto request = EventFrom<views::v1::GetConsentRequest>("case_id: '@id(case)'");
  const auto now = GetConsent(rows, request, kNow);
  ASSERT_THAT(now, IsOk());
  ASSERT_EQ(now->applying_size(), 2);
  // An exclusion in one consent counts in all.
  ASSERT_EQ(now->applying(0).parties_size(), 1);
  EXPECT_EQ(now->applying(0).parties(0).agency_id(), "kommun-a");
  ASSERT_EQ(now->excluded_parties_size(), 1);
  EXPECT_EQ(now->excluded_parties(0).agency_id(), "fk");
  EXPECT_EQ(GetConsent(rows, request, At("2018-03-08 00:00"))->applying_size(), 1);
  EXPECT_EQ(GetConsent(rows, request, At("2018-03-01 09:59"))->applying_size(), 0);
}

TEST(ConsentQueriesTest, ACaseWithoutConsentHasAnEmptyAnswer) {
  const auto response = GetConsent(MemoryRows({}), EventFrom<views::v1::GetConsentRequest>("case_id: '@id(case)'"), kNow);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->consent().case_id(), IdText("case"));
  EXPECT_EQ(response->applying_size(), 0);
}

class MeetingQueriesTest : public ::testing::Test {
 protected:
  MeetingQueriesTest() {
    history_
        .Record(StreamOf("meeting", "m"),
                EventFrom<meetings::v1::MeetingEvent>("meeting_planned { kind: MEETING_KIND_SIP purpose: 'Samordna' preparations { "
                                                      "instructions: 'Ta med journalen' } chairs { name: 'NN' } }"))
        .Record(StreamOf("meeting", "m"),
                EventFrom<meetings::v1::MeetingEvent>("party_called { call_id: 'a' party_key { agency_id: 'kommun-a' } }"))
        .Record(StreamOf("meeting", "m"),
                EventFrom<meetings::v1::MeetingEvent>("party_called { call_id: 'b' party_key { agency_id: 'fk' } }"));
  }
  absl::StatusOr<views::v1::GetMeetingResponse> Get(absl::string_view agency_id, bool is_party) {
    return GetMeeting(MemoryRows(RowsOf(MeetingsProjection(), {&history_})),
                      EventFrom<views::v1::GetMeetingRequest>("case_id: '@id(case)' meeting_id: '@id(m)'"), agency_id, is_party);
  }

  RecordedHistory history_{"sip.meetings"};
};

TEST_F(MeetingQueriesTest, APartySeesTheWholeMeeting) {
  const auto response = Get("region-nord", true);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->meeting().calls_size(), 2);
  EXPECT_EQ(response->meeting().planned().chairs_size(), 1);
}

TEST_F(MeetingQueriesTest, ACalledAgencySeesThePracticalitiesOfItsOwnCall) {
  const auto response = Get("fk", false);
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->meeting().calls_size(), 1);
  EXPECT_EQ(response->meeting().calls(0).called().call_id(), "b");
  EXPECT_EQ(response->meeting().planned().purpose(), "Samordna");
  EXPECT_EQ(response->meeting().planned().preparations_size(), 0);
  EXPECT_EQ(response->meeting().planned().chairs_size(), 0);
}

TEST_F(MeetingQueriesTest, EverybodyElseSeesNothing) {
  EXPECT_THAT(Get("kommun-b", false), RejectedFor(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
  EXPECT_THAT(Get("", false), RejectedFor(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
  history_.Record(StreamOf("meeting", "m"), EventFrom<meetings::v1::MeetingEvent>("call_withdrawn { call_id: 'b' }"));
  EXPECT_THAT(Get("fk", false), RejectedFor(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
}

class DeadlineQueriesTest : public CaseQueriesTest {
 protected:
  std::vector<std::string> Due(const std::string& request, absl::string_view agency_id = "kommun-a", absl::Time now = kNow) {
    const auto response = ListDeadlines(Rows(), EventFrom<views::v1::ListDeadlinesRequest>(request), agency_id, now, Stockholm());
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> ids;
    for (const views::v1::Deadline& deadline : response->deadlines()) ids.push_back(deadline.row().deadline_id());
    return ids;
  }
  MemoryRows Rows() { return MemoryRows(RowsOf(DeadlinesProjection(DeadlineTestRules(), Stockholm()), {&plans_})); }
};

TEST_F(DeadlineQueriesTest, TheOneDueFirstStandsAtTheTop) {
  EXPECT_THAT(Due(""), ElementsAre("dl-01", "dl-01", "dl-02", "dl-02"));
  EXPECT_THAT(Due("", "region-nord"), ElementsAre("dl-01", "dl-02"));
  EXPECT_THAT(Due("", "fk"), IsEmpty());
}

TEST_F(DeadlineQueriesTest, FiltersNarrowTheList) {
  EXPECT_THAT(Due("case_id: '@id(one)'"), ElementsAre("dl-01", "dl-02"));
  EXPECT_THAT(Due("agency_id: 'region-nord'"), ElementsAre("dl-01", "dl-02"));
  EXPECT_THAT(Due("agency_id: 'kommun-a' unit_id: 'lss' due_before { @at(2018-03-10 00:00) }"), ElementsAre("dl-01"));
  EXPECT_THAT(Due("case_id: '@id(one)' weights: LEGAL_WEIGHT_AGREED"), ElementsAre("dl-02"));
  EXPECT_THAT(Due("case_id: '@id(one)' states: DEADLINE_STATE_OVERDUE"), ElementsAre("dl-01"));
  EXPECT_THAT(Due("case_id: '@id(one)' states: DEADLINE_STATE_OVERDUE", "kommun-a", At("2018-03-04 12:00")), IsEmpty());
}

TEST_F(DeadlineQueriesTest, TheListOfOneCaseIsForItsPartiesOnly) {
  EXPECT_THAT(Due("case_id: '@id(one)'", "region-nord"), ElementsAre("dl-01", "dl-02"));
  EXPECT_THAT(Due("case_id: '@id(two)'", "region-nord"), IsEmpty());
  EXPECT_THAT(Due("case_id: '@id(three)'"), IsEmpty());
}

TEST_F(DeadlineQueriesTest, DueBeforeIsExact) {
  const auto due_at = [&](absl::string_view before) {
    return Due(absl::StrCat("case_id: '@id(one)' due_before { @at(", before, ") }"));
  };
  EXPECT_THAT(due_at("2018-03-05 00:00"), IsEmpty());
  EXPECT_THAT(due_at("2018-03-05 00:01"), ElementsAre("dl-01"));
}

TEST_F(DeadlineQueriesTest, OneDeadlineIsFoundByItsId) {
  const auto get = [&](const std::string& request) {
    return GetDeadline(Rows(), EventFrom<views::v1::GetDeadlineRequest>(request), kNow, Stockholm());
  };
  const auto response = get("case_id: '@id(one)' deadline_id: 'dl-01'");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->deadline().state(), views::v1::DEADLINE_STATE_OVERDUE);
  EXPECT_THAT(get("case_id: '@id(one)' deadline_id: 'dl-99'"), RejectedFor(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
}

class DeviationQueriesTest : public ::testing::Test {
 protected:
  DeviationQueriesTest() {
    history_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a' agency_ids: 'region-nord'"));
    Deviation("deviation_suggested {}", "a");
    Deviation("deviation_reported { reporting_agency_id: 'kommun-a' counterpart { agency_id: 'region-nord' } }", "b");
    Deviation("deviation_suggested {}", "c");
    Deviation("suggestion_dismissed {}", "c");
  }
  void Deviation(const std::string& event, absl::string_view name) {
    history_.Record(StreamOf("deviation", name), EventFrom<deviations::v1::DeviationEvent>(event));
  }
  MemoryRows Rows() { return MemoryRows(RowsOf(DeviationsProjection(), {&history_})); }
  std::vector<std::string> List(const std::string& request, absl::string_view agency_id = "kommun-a") {
    const auto response = ListDeviations(Rows(), EventFrom<views::v1::ListDeviationsRequest>(request), agency_id);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> ids;
    for (const views::v1::DeviationRow& row : response->deviations()) ids.push_back(row.deviation_id());
    return ids;
  }

  RecordedHistory history_{"sip.deviations"};
};

TEST_F(DeviationQueriesTest, ReportedDeviationsAndSuggestionsAreListedApart) {
  EXPECT_THAT(List(""), ElementsAre(IdText("b")));
  EXPECT_THAT(List("statuses: DEVIATION_STATUS_DISMISSED"), ElementsAre(IdText("c")));
  const auto suggested = ListSuggestedDeviations(Rows(), views::v1::ListSuggestedDeviationsRequest(), "region-nord");
  ASSERT_THAT(suggested, IsOk());
  ASSERT_EQ(suggested->suggestions_size(), 1);
  EXPECT_EQ(suggested->suggestions(0).deviation_id(), IdText("a"));
}

TEST_F(DeviationQueriesTest, FiltersNarrowTheList) {
  EXPECT_THAT(List("agency_id: 'region-nord'"), ElementsAre(IdText("b")));
  EXPECT_THAT(List("agency_id: 'fk'"), IsEmpty());
  EXPECT_THAT(List("case_id: '@id(case)'"), ElementsAre(IdText("b")));
  EXPECT_THAT(List("case_id: '@id(other)'"), IsEmpty());
}

TEST_F(DeviationQueriesTest, OnlyPartiesToTheCaseSeeItsDeviations) {
  EXPECT_THAT(List("", "fk"), IsEmpty());
  EXPECT_THAT(List("case_id: '@id(case)'", "fk"), IsEmpty());
  EXPECT_THAT(List("statuses: DEVIATION_STATUS_SUGGESTED case_id: '@id(case)'", "fk"), IsEmpty());
}

TEST_F(DeviationQueriesTest, TheListOfOneCaseHasTheOrderAndPagesOfTheWholeOne) {
  Deviation("deviation_reported {}", "d");
  const std::string either = "page_size: 1 statuses: DEVIATION_STATUS_REPORTED statuses: DEVIATION_STATUS_DISMISSED ";
  for (const std::string of_case : {"", "case_id: '@id(case)'"}) {
    auto request = EventFrom<views::v1::ListDeviationsRequest>(either + of_case);
    std::vector<std::string> ids;
    do {
      const auto page = ListDeviations(Rows(), request, "kommun-a");
      ASSERT_THAT(page, IsOk());
      for (const views::v1::DeviationRow& row : page->deviations()) ids.push_back(row.deviation_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(ids, ElementsAre(IdText("b"), IdText("c"), IdText("d"))) << of_case;
  }
}

TEST_F(DeviationQueriesTest, OneDeviationIsFoundByItsId) {
  const auto get = [&](const std::string& request) {
    return GetDeviation(Rows(), EventFrom<views::v1::GetDeviationRequest>(request));
  };
  EXPECT_THAT(get("case_id: '@id(case)' deviation_id: '@id(b)'"), IsOk());
  EXPECT_THAT(get("case_id: '@id(other)' deviation_id: '@id(b)'"), RejectedFor(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
}

}  // namespace
}  // namespace sip
