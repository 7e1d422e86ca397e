#include "services/views/projections/consent.h"

#include <string>

#include "gtest/gtest.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/rows.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {
namespace {

using consent::v1::ConsentEvent;
using views::v1::ConsentRow;

class ConsentViewTest : public ::testing::Test {
 public:
  ConsentViewTest& Consent(const std::string& event) {
    history_.Record(StreamOf("consent", "case"), EventFrom<ConsentEvent>(event));
    return *this;
  }
  ConsentRow Row() { return RowIn<ConsentRow>(CheckedRows(projection_, {&history_}), ConsentRowKey(IdText("case"))); }

 protected:
  ConsentProjection projection_;
  RecordedHistory history_{"sip.consent"};
};

constexpr char kGiven[] =
    "consent_given { consent_id: 'a' scope { grants { consent_id: 'a' } } grant { consent_id: 'a' kind: CONSENT_KIND_PLAN } "
    "purpose: "
    "'SIP' proof { form: CONSENT_FORM_ORAL } }";

TEST_F(ConsentViewTest, FactsAreKeptBesideTheConsents) {
  history_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a'"));
  const MemoryView::Rows rows = CheckedRows(projection_, {&history_});
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_TRUE(IsParty(RowIn<common::v1::CaseFacts>(rows, FactsKey("facts", IdText("case"))), "kommun-a"));
}

TEST_F(ConsentViewTest, ARequestIsAnsweredByYesOrNo) {
  Consent("consent_requested { consent_id: 'a' kind: CONSENT_KIND_PLAN }").Consent("consent_requested { consent_id: 'b' }");
  EXPECT_EQ(Row().consents(0).status(), views::v1::CONSENT_STATUS_REQUESTED);
  Consent(kGiven).Consent("consent_refused { consent_id: 'b' kind: CONSENT_KIND_EVALUATION reason: 'Nej' }");
  EXPECT_EQ(Row().consents_size(), 2);
  EXPECT_EQ(Row().consents(0).status(), views::v1::CONSENT_STATUS_GIVEN);
  EXPECT_EQ(Row().consents(0).purpose(), "SIP");
  EXPECT_EQ(Row().consents(0).proof().form(), consent::v1::CONSENT_FORM_ORAL);
  EXPECT_EQ(Row().consents(1).status(), views::v1::CONSENT_STATUS_REFUSED);
  EXPECT_EQ(Row().consents(1).reason(), "Nej");
}

TEST_F(ConsentViewTest, TheScopeIsThatOfTheLastEvent) {
  Consent(kGiven);
  EXPECT_EQ(Row().scope().grants_size(), 1);
  Consent("consent_withdrawn { whole: true scope { withdrawn_as_a_whole: true } }");
  EXPECT_EQ(Row().scope().grants_size(), 0);
  EXPECT_TRUE(Row().scope().withdrawn_as_a_whole());
  EXPECT_EQ(Row().stream_version(), 2u);
}

TEST_F(ConsentViewTest, AWithdrawalEndsSomeConsentsAndLimitsOthers) {
  Consent(kGiven).Consent("consent_given { consent_id: 'b' grant { consent_id: 'b' } }");
  Consent(
      "consent_withdrawn { effective_at { @at(2018-03-01 10:30) } reason: 'Ångrar mig' changed { consent_id: 'a' applies_until { "
      "@at(2018-03-01 10:30) } } changed { consent_id: 'b' excluded_parties { agency_id: 'fk' } } }");
  EXPECT_EQ(Row().consents(0).status(), views::v1::CONSENT_STATUS_WITHDRAWN);
  EXPECT_EQ(Row().consents(0).reason(), "Ångrar mig");
  EXPECT_EQ(Row().consents(1).status(), views::v1::CONSENT_STATUS_GIVEN);
  EXPECT_EQ(Row().consents(1).grant().excluded_parties_size(), 1);
}

TEST_F(ConsentViewTest, ANewConsentTakesThePlaceOfAnEarlierOne) {
  Consent(kGiven).Consent(
      "consent_given { consent_id: 'b' grant { consent_id: 'b' } superseded { consent_id: 'a' applies_until { @at(2018-03-02 "
      "00:00) } "
      "} }");
  EXPECT_EQ(Row().consents(0).status(), views::v1::CONSENT_STATUS_SUPERSEDED);
  EXPECT_EQ(Row().consents(1).status(), views::v1::CONSENT_STATUS_GIVEN);
}

TEST_F(ConsentViewTest, AChangeKeepsTheProofUnlessConsentWasRenewed) {
  Consent(kGiven).Consent(
      "consent_scope_changed { consent_id: 'a' limited: true limits: 'Inte ekonomi' grant { consent_id: 'a' } }");
  EXPECT_EQ(Row().consents(0).proof().form(), consent::v1::CONSENT_FORM_ORAL);
  EXPECT_EQ(Row().consents(0).limits(), "Inte ekonomi");
  Consent(
      "consent_scope_changed { consent_id: 'a' extended: true grant { consent_id: 'a' } renewal { form: CONSENT_FORM_WRITTEN } }");
  EXPECT_EQ(Row().consents(0).proof().form(), consent::v1::CONSENT_FORM_WRITTEN);
}

TEST_F(ConsentViewTest, AnAnnulledEntryIsShownAsSuch) {
  Consent(kGiven).Consent("consent_annulled { consent_id: 'a' reason: 'Fel person' }");
  EXPECT_EQ(Row().consents(0).status(), views::v1::CONSENT_STATUS_ANNULLED);
}

}  // namespace
}  // namespace sip
