#include "services/views/projections/cases.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/rows.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using plans::v1::PlanEvent;
using views::v1::CaseRow;
using views::v1::CaseState;

class CasesTest : public ::testing::Test {
 public:
  CasesTest& Case(const std::string& event) {
    history_.Record(CaseStream(), EventFrom<CaseEvent>(event));
    return *this;
  }
  CasesTest& Plan(const std::string& event) {
    history_.Record(StreamOf("plan", "plan"), EventFrom<PlanEvent>(event));
    return *this;
  }
  CasesTest& Consent(const std::string& scope) {
    history_.Record(CaseFactsStream(),
                    EventFrom<common::v1::FactEvent>(absl::StrCat("consent_scope_imported { scope { ", scope, " } }")));
    return *this;
  }
  CasesTest& Open() {
    return Case(
        "case_opened { kind: CASE_KIND_SIP opened_by_agency_id: 'kommun-a' initiative { by { staff { unit { agency_id: 'kommun-a' "
        "unit_id: 'bistand' } } } } facts { subject_id: '@id(karl)' agency_ids: 'kommun-a' open: true } }");
  }
  CasesTest& Accept() {
    return Case("plan_offered { offer_number: 1 }")
        .Case("offer_accepted { answered_by: INFORMANT_INDIVIDUAL facts { agency_ids: 'kommun-a' open: true } }");
  }
  MemoryView::Rows Rows() { return CheckedRows(projection_, {&history_}); }
  CaseRow Row() { return RowIn<CaseRow>(Rows(), CaseRowKey(IdText("case"))); }
  CaseState State(absl::string_view time = "2018-03-01 12:00") { return CaseStateAt(Row(), *ParseScenarioTime(time)); }

 protected:
  CasesProjection projection_;
  RecordedHistory history_{"sip.plans"};
};

TEST_F(CasesTest, ACaseIsFoundByItsPartiesItsPersonAndTheUnitsThatTookPart) {
  Open().Case("case_party_added { facts { subject_id: '@id(karl)' agency_ids: 'kommun-a' agency_ids: 'region-nord' open: true } }");
  Case(
      "contact_made { by { unit { agency_id: 'kommun-a' unit_id: 'bistand' } } with { unit { agency_id: 'region-nord' unit_id: "
      "'vc/1' } } }");
  const MemoryView::Rows rows = Rows();
  for (const std::string& prefix :
       {CasesOfAgencyPrefix("kommun-a"), CasesOfAgencyPrefix("region-nord"), CasesOfSubjectPrefix(IdText("karl")),
        CasesOfUnitPrefix("kommun-a", "bistand"), CasesOfUnitPrefix("region-nord", "vc/1")}) {
    EXPECT_TRUE(rows.contains(prefix + IdText("case"))) << prefix;
  }
  EXPECT_EQ(rows.size(), 6u);
}

TEST_F(CasesTest, TheStateFollowsNeedOfferAndAnswer) {
  Open();
  EXPECT_EQ(State(), views::v1::CASE_STATE_NOTICED);
  Case("need_assessed { principal_agency_id: 'region-nord' verdict: NEED_VERDICT_NOT_NEEDED }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_ASSESSED_NOT_NEEDED);
  Case("request_refused { agency_id: 'region-nord' }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_REFUSED);
  // One principal suffices (INI-01).
  Case("need_assessed { principal_agency_id: 'kommun-a' verdict: NEED_VERDICT_NEEDED }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_ASSESSED_NEEDED);
  Case("plan_offered { offer_number: 1 }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_OFFERED);
  Case("offer_declined { answered_by: INFORMANT_INDIVIDUAL reason: 'Vill inte' }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_DECLINED);
  Accept();
  EXPECT_EQ(State(), views::v1::CASE_STATE_ACCEPTED);
  EXPECT_EQ(Row().offers_size(), 2);
  EXPECT_EQ(Row().offers(0).note(), "Vill inte");
  EXPECT_EQ(Row().assessments_size(), 2);
}

TEST_F(CasesTest, ConsentIsObtainedOnlyWhileItApplies) {
  Open().Accept().Consent(
      "grants { kind: CONSENT_KIND_PLAN applies_from { @at(2018-03-01 10:00) } applies_until { @at(2018-04-01 00:00) } }");
  EXPECT_EQ(State("2018-03-31 23:59"), views::v1::CASE_STATE_CONSENT_OBTAINED);
  EXPECT_EQ(State("2018-04-01 00:00"), views::v1::CASE_STATE_ACCEPTED);
}

TEST_F(CasesTest, PlansMakeTheStateUntilTheyAreClosed) {
  Open().Accept().Plan("plan_drafted {}");
  EXPECT_EQ(State(), views::v1::CASE_STATE_PLANNING);
  Plan("plan_established { plan_revision: 1 }").Plan("plan_revision_opened { plan_revision: 2 }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_PLAN_ACTIVE);
  Plan("plan_closed {}");
  EXPECT_EQ(State(), views::v1::CASE_STATE_ACCEPTED);
}

TEST_F(CasesTest, AClosedCaseIsClosedUntilItIsReopened) {
  Open().Case("case_closed { reason_code: 'moved' facts { agency_ids: 'kommun-a' } }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_CLOSED);
  EXPECT_EQ(Row().closed().reason_code(), "moved");
  Case("case_reopened { facts { agency_ids: 'kommun-a' open: true } }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_NOTICED);
  EXPECT_FALSE(Row().has_closed());
}

TEST_F(CasesTest, ACaseForDeviationsOnlySaysSo) {
  Case("case_opened { kind: CASE_KIND_DEVIATION_ONLY facts { agency_ids: 'kommun-a' open: true } }");
  EXPECT_EQ(State(), views::v1::CASE_STATE_DEVIATIONS_ONLY);
}

TEST_F(CasesTest, VersionsAreThoseOfTheCasesOwnStream) {
  Open().Accept().Plan("plan_drafted {}").Plan("plan_closed {}");
  EXPECT_EQ(Row().stream_version(), 3u);
}

TEST(RowKeys, FieldsDoNotRunIntoEachOtherAndTimesSort) {
  EXPECT_NE(RowKey({"a/b", "c"}), RowKey({"a", "b/c"}));
  EXPECT_NE(RowKey({"a%2Fb"}), RowKey({"a/b"}));
  EXPECT_LT(KeyTime(absl::FromUnixSeconds(999'999'999)), KeyTime(absl::FromUnixSeconds(1'000'000'000)));
  EXPECT_LT(KeyTime(absl::FromUnixMicros(9)), KeyTime(absl::FromUnixMicros(10)));
  EXPECT_LT(KeyTime(absl::FromCivil(absl::CivilDay(9999, 12, 31), absl::UTCTimeZone())), KeyTime(absl::InfiniteFuture()));
}

}  // namespace
}  // namespace sip
