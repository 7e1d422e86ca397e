#include "services/deviations/domain/deviations.h"

#include "gtest/gtest.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/decider_properties.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "services/deviations/domain/test_rule_sets.h"

namespace sip {

SIP_SCENARIOS(DeviationsContext, "services/deviations/domain/scenarios", DeviationTestRuleSets());
SIP_DECIDER_PROPERTIES(DeviationsContext, "services/deviations/domain/scenarios", DeviationTestRuleSets(),
                       {"report_deviation", "acknowledge_deviation", "answer_deviation", "close_deviation", "dismiss_suggestion"});

namespace {

// The stream that a report without an id goes to is the one of the deviation that it tells of.
TEST(DeviationDeciderTest, WithoutDeviationIdTheRequestMakesOne) {
  DeviationsState state;
  common::v1::CaseFacts& facts = state.facts.case_facts.emplace();
  facts.add_agency_ids("region-nord");
  const RuleSetSource& rule_sets = DeviationTestRuleSets();
  facts.set_rule_set_digest(rule_sets.DigestOf(*rule_sets.Find("skl/2018-01-01")));
  DecisionContext context;
  context.now = absl::FromUnixSeconds(1'520'000'000);
  context.zone = Stockholm();
  context.occurred_at = OccurredAtInstant(context.now);
  context.id_seed = NamedSeed("when");
  context.rule_sets = &rule_sets;
  context.agencies = &TestAgencies();
  context.actor.set_agency_id("region-nord");
  deviations::v1::DeviationCommand command;
  auto& report = *command.mutable_report_deviation();
  report.add_grounds("absent");
  report.mutable_reporter()->set_informant(common::v1::INFORMANT_STAFF);
  report.mutable_reporter()->mutable_staff()->mutable_unit()->set_agency_id("region-nord");
  report.mutable_counterpart()->set_agency_id("kommun-a");

  const auto decision = DeviationDecider::Decide(state, command, context);

  ASSERT_TRUE(decision.accepted());
  ASSERT_EQ(decision.events().size(), 1);
  const StreamId stream = DeviationDecider::StreamOf(command, context);
  EXPECT_EQ(stream, (StreamId{"deviation", context.MintId("deviation")}));
  EXPECT_EQ(decision.events()[0].deviation_reported().deviation_id(), stream.id.ToString());
}

TEST(DeviationsContextTest, TakesTheRuleSetFromTheCase) {
  DeviationsState state;
  EXPECT_FALSE(DeviationsContext::KnowsCase(state));
  EXPECT_EQ(DeviationsContext::PinnedRuleSet(state, StreamId{}).id, "");
  state.facts.case_facts.emplace().set_rule_set_id("skl/2018-01-01");
  EXPECT_TRUE(DeviationsContext::KnowsCase(state));
  EXPECT_EQ(DeviationsContext::PinnedRuleSet(state, StreamId{}).id, "skl/2018-01-01");
}

}  // namespace
}  // namespace sip
