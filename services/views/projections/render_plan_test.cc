#include "services/views/projections/render_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/matchers.h"
#include "libs/testing/random_message.h"
#include "libs/testing/rule_sets.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using views::v1::PlanRow;

constexpr uint64_t kRandomPlans = 200;

std::string Rendered(const PlanRow& plan, views::v1::RenderFormat format = views::v1::RENDER_FORMAT_TEXT) {
  return RenderPlan(plan, TestRuleSets().Find("skl/2018-01-01")->plan_template(), format, absl::FixedTimeZone(3600));
}

PlanRow InForce(const std::string& elements, const std::string& more = "") {
  return ParseText<PlanRow>("in_force { plan_revision: 3 established_at { date { year: 2018 month: 3 day: 1 } } content { " +
                            elements + " } " + more + " }");
}

TEST(WrapTextTest, BreaksBetweenWordsAndCountsCodePoints) {
  EXPECT_THAT(WrapText("åäö åäö åäö", 7), ElementsAre("åäö åäö", "åäö"));
  EXPECT_THAT(WrapText("läkemedelsgenomgång nu", 8), ElementsAre("läkemede", "lsgenomg", "ång nu"));
  EXPECT_THAT(WrapText("", 5), ElementsAre(""));
}

TEST(RenderPlanTest, ADraftIsMarkedAsOne) {
  EXPECT_THAT(Rendered(ParseText<PlanRow>("draft { plan_revision: 1 }")), HasSubstr("Version: 1, utkast"));
}

TEST(RenderPlanTest, ActionsStandInThePlansOrderWithAllTheirGoals) {
  const std::string text =
      Rendered(InForce("elements { element_id: 'g1' position: 1 goal { text: 'Trygg' dissent: 'Vill själv' } } "
                       "elements { element_id: 'g2' position: 2 goal { text: 'Stark' } } elements { element_id: 'g3' position: 3 "
                       "goal { text: 'Ensam' } } "
                       "elements { element_id: 'a2' position: 2 action { goal_ids: 'g1' description: 'Sedan' } } "
                       "elements { element_id: 'a1' position: 1 action { goal_ids: 'g1' goal_ids: 'g2' description: 'Först' "
                       "frequencies { original_text: 'varje dag' } place: 'Hemma' decision_needed: true "
                       "responsible { party { related_person { name: 'Lena' relation: 'dotter' } } } schedule { start { phrase: "
                       "SCHEDULE_PHRASE_NEXT_WEEK } } } }"));
  EXPECT_LT(text.find("Först"), text.find("Sedan"));
  EXPECT_THAT(text, HasSubstr("Annan uppfattning:"));
  EXPECT_THAT(text, HasSubstr("| varje dag"));
  EXPECT_THAT(text, HasSubstr("Plats: Hemma"));
  EXPECT_THAT(text, HasSubstr("Kräver beslut"));
  EXPECT_THAT(text, HasSubstr("Lena, dotter"));
  EXPECT_THAT(text, HasSubstr("nästa vecka"));
  EXPECT_THAT(text, HasSubstr("Ensam"));
}

TEST(RenderPlanTest, WhatWasReportedStandsBesideTheSchedule) {
  const std::string action = "elements { element_id: 'a' action { description: 'Väga' schedule { original_text: 'Omgående' } } } ";
  const std::string reported =
      "progress { action_id: 'a' status: ACTION_STATUS_COULD_NOT_BE_CARRIED_OUT outcome: 'Vågen är trasig' reported_at { seconds: "
      "1 } }";
  EXPECT_THAT(Rendered(InForce(action, reported)), HasSubstr("trasig"));
  EXPECT_THAT(Rendered(InForce(action, "progress { action_id: 'a' status: ACTION_STATUS_ONGOING }")), Not(HasSubstr("Pågår")));
}

TEST(RenderPlanTest, SignaturesOfThoseWhoAnsweredAndOfThoseWhoAreAwaited) {
  const std::string text = Rendered(InForce(
      "elements { element_id: 'p' personal_data { name: 'Karl' } } elements { element_id: 's' signer { party { individual {} } } } "
      "elements { element_id: 't' signer { party { staff { name: 'NN' title: 'läkare' } } } }",
      "signatures { signer { individual {} } declined: true occurred_at { date { year: 2018 month: 3 day: 2 } } }"));
  EXPECT_THAT(text, HasSubstr("Karl: avstår, 2018-03-02"));
  EXPECT_THAT(text, HasSubstr("NN läkare: väntar"));
}

TEST(RenderPlanTest, GoalsAreShownAsAssessed) {
  EXPECT_THAT(Rendered(InForce("elements { element_id: 'g' goal { text: 'Trygg' } }",
                               "assessments { assessment { goal_id: 'g' fulfilment: GOAL_FULFILMENT_PARTLY_MET } "
                               "occurred_at { date { year: 2018 month: 4 day: 16 } } }")),
              HasSubstr("Måluppfyllelse: Trygg: delvis uppfyllt, 2018-04-16"));
}

TEST(RenderPlanTest, MarkdownEscapesWhatItWouldInterpret) {
  const std::string text = Rendered(InForce("elements { element_id: 'w' purpose { text: 'a | *b* <i>' } } "
                                            "elements { element_id: 'a' action { description: 'x|y' further_measures: 'z' } }"),
                                    views::v1::RENDER_FORMAT_MARKDOWN);
  EXPECT_THAT(text, HasSubstr("# Samordnad individuell plan\n"));
  EXPECT_THAT(text, HasSubstr("**Varför görs denna SIP?** a \\| \\*b\\* \\<i\\>\n"));
  EXPECT_THAT(text, HasSubstr("|  | x\\|y<br>z |  |  |\n"));
}

TEST(RenderPlanTest, AnyPlanCanBeRendered) {
  for (uint64_t seed = 0; seed < kRandomPlans; ++seed) {
    const PlanRow plan = RandomMessage<PlanRow>(seed);
    EXPECT_FALSE(Rendered(plan, views::v1::RENDER_FORMAT_MARKDOWN).empty());
    EXPECT_EQ(Rendered(plan), Rendered(plan));
  }
}

}  // namespace
}  // namespace sip
