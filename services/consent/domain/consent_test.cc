#include "services/consent/domain/consent.h"

#include "gtest/gtest.h"
#include "libs/testing/decider_properties.h"
#include "libs/testing/scenario.h"
#include "services/consent/domain/proof.h"
#include "services/consent/domain/test_rule_sets.h"

namespace sip {

SIP_SCENARIOS(ConsentContext, "services/consent/domain/scenarios", ConsentTestRuleSets());
SIP_DECIDER_PROPERTIES(ConsentContext, "services/consent/domain/scenarios", ConsentTestRuleSets(),
                       {"request_consent", "give_consent", "refuse_consent", "change_consent_scope", "withdraw_consent",
                        "annul_consent"});

namespace {

common::v1::CaseFacts BornOn(int year, int month, int day) {
  common::v1::CaseFacts facts;
  facts.mutable_birth_date()->set_year(year);
  facts.mutable_birth_date()->set_month(month);
  facts.mutable_birth_date()->set_day(day);
  return facts;
}

TEST(ConsentAge, IsCountedInWholeYears) {
  EXPECT_EQ(consent::AgeOn(BornOn(2000, 3, 2), absl::CivilDay(2018, 3, 1)), 17);
  EXPECT_EQ(consent::AgeOn(BornOn(2000, 3, 2), absl::CivilDay(2018, 3, 2)), 18);
  EXPECT_EQ(consent::AgeOn(BornOn(2000, 2, 29), absl::CivilDay(2018, 2, 28)), 17);
  EXPECT_EQ(consent::AgeOn(BornOn(2000, 2, 29), absl::CivilDay(2018, 3, 1)), 18);
  EXPECT_EQ(consent::AgeOn(BornOn(2000, 12, 31), absl::CivilDay(2018, 1, 1)), 17);
}

TEST(ConsentAge, IsUnknownWithoutARealBirthDate) {
  EXPECT_FALSE(consent::AgeOn(common::v1::CaseFacts(), absl::CivilDay(2018, 3, 1)).has_value());
  EXPECT_FALSE(consent::AgeOn(BornOn(2000, 2, 30), absl::CivilDay(2018, 3, 1)).has_value());
}

TEST(ConsentContextTest, TakesTheRuleSetFromTheCase) {
  ConsentState state;
  EXPECT_FALSE(ConsentContext::KnowsCase(state));
  EXPECT_EQ(ConsentContext::PinnedRuleSet(state, StreamId{}).id, "");
  state.facts.case_facts.emplace().set_rule_set_id("skl/2018-01-01");
  EXPECT_TRUE(ConsentContext::KnowsCase(state));
  EXPECT_EQ(ConsentContext::PinnedRuleSet(state, StreamId{}).id, "skl/2018-01-01");
}

// Others import the scope from every kind: one without it would leave them with an old one.
TEST(ConsentContextTest, EveryKindOfEventCarriesTheScope) {
  const auto* kinds = consent::v1::ConsentEvent::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds->field_count(); ++i) {
    const auto* scope = kinds->field(i)->message_type()->FindFieldByName("scope");
    ASSERT_NE(scope, nullptr) << kinds->field(i)->name();
    EXPECT_EQ(scope->message_type(), common::v1::ConsentScope::descriptor());
  }
}

}  // namespace
}  // namespace sip
