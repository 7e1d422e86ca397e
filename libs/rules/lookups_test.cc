#include "libs/rules/lookups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/rules/statutes.h"
#include "libs/testing/rule_sets.h"

namespace sip {
namespace {

const rules::v1::RuleSet& Skl() { return *TestRuleSets().Find("skl/2018-01-01"); }

TEST(LookupsTest, Inv09ThePrincipalsAndTheirProvidersAreObligedTheOthersAreNot) {
  EXPECT_EQ(ObligationOf(Skl(), rules::v1::AGENCY_KIND_REGION), rules::v1::OBLIGATION_STATUTORY);
  EXPECT_EQ(ObligationOf(Skl(), rules::v1::AGENCY_KIND_PRIVATE_PROVIDER), rules::v1::OBLIGATION_STATUTORY);
  EXPECT_EQ(ObligationOf(Skl(), rules::v1::AGENCY_KIND_STATE_AUTHORITY), rules::v1::OBLIGATION_VOLUNTARY);
  EXPECT_EQ(ObligationOf(Skl(), "interpreter"), rules::v1::OBLIGATION_VOLUNTARY);
  EXPECT_EQ(ObligationOf(Skl(), "municipality"), rules::v1::OBLIGATION_STATUTORY);
  EXPECT_EQ(ObligationOf(Skl(), "unheard_of"), rules::v1::OBLIGATION_VOLUNTARY);
  EXPECT_EQ(PartyTypeOf(Skl(), rules::v1::AGENCY_KIND_UNSPECIFIED), nullptr);
}

TEST(LookupsTest, Con02TwoDistinctConsentsAreAskedFor) {
  EXPECT_THAT(ConsentsBefore(Skl(), rules::v1::GATED_STEP_DRAFT_PLAN), testing::ElementsAre(common::v1::CONSENT_KIND_PLAN));
  EXPECT_THAT(ConsentsBefore(Skl(), rules::v1::GATED_STEP_CALL_PARTY),
              testing::ElementsAre(common::v1::CONSENT_KIND_INFORMATION_SHARING));
  EXPECT_TRUE(ConsentsBefore(Skl(), rules::v1::GATED_STEP_UNSPECIFIED).empty());
}

TEST(LookupsTest, CodesLabelsAndReasonsAreFound) {
  ASSERT_NE(FindCode(Skl().target_groups(), "dementia"), nullptr);
  EXPECT_EQ(FindCode(Skl().target_groups(), "dementia")->label(), "Demenssjukdom");
  EXPECT_EQ(FindCode(Skl().target_groups(), "unheard_of"), nullptr);
  EXPECT_EQ(LabelOf(Skl(), rules::v1::ROLE_RESPONSIBLE_PERSON), "huvudansvarig");
  EXPECT_EQ(LabelOf(rules::v1::RuleSet(), rules::v1::ROLE_RESPONSIBLE_PERSON), "");
  ASSERT_NE(ConsentWithdrawnReason(Skl()), nullptr);
  EXPECT_EQ(ConsentWithdrawnReason(Skl())->code(), "consent_withdrawn");
  EXPECT_EQ(ConsentWithdrawnReason(rules::v1::RuleSet()), nullptr);
}

TEST(LookupsTest, DaysAreCountedAsTheRuleSetSays) {
  // Good Friday 2018 is 30 March.
  rules::v1::RuleSet rules = Skl();
  const absl::CivilDay day0(2018, 3, 28);
  EXPECT_EQ(LastDayWithin(rules, day0, 2), absl::CivilDay(2018, 3, 30));
  rules.mutable_calendar()->set_day_off_rule(rules::v1::DAY_OFF_RULE_NEXT_WORKING_DAY);
  EXPECT_EQ(LastDayWithin(rules, day0, 2), absl::CivilDay(2018, 4, 3));
  rules.mutable_calendar()->set_day_off_rule(rules::v1::DAY_OFF_RULE_WORKING_DAYS);
  EXPECT_EQ(LastDayWithin(rules, day0, 3), absl::CivilDay(2018, 4, 4));
  EXPECT_EQ(LastDayWithin(rules, absl::CivilDay(2018, 6, 21), 1), absl::CivilDay(2018, 6, 22));
  rules.mutable_calendar()->set_eves_are_off(true);
  EXPECT_EQ(LastDayWithin(rules, absl::CivilDay(2018, 6, 21), 1), absl::CivilDay(2018, 6, 25));
}

TEST(StatutesTest, TheDutyIsFoundByTheDayOfTheTrigger) {
  EXPECT_EQ(LegalBasisOfPlan(absl::CivilDay(2009, 12, 31)), "");
  EXPECT_THAT(std::string(LegalBasisOfPlan(absl::CivilDay(2017, 3, 31))), testing::HasSubstr("1982:763"));
  EXPECT_THAT(std::string(LegalBasisOfPlan(absl::CivilDay(2018, 3, 1))), testing::HasSubstr("2001:453"));
  EXPECT_THAT(std::string(LegalBasisOfPlan(absl::CivilDay(2025, 7, 1))), testing::HasSubstr("2025:400"));
}

}  // namespace
}  // namespace sip
