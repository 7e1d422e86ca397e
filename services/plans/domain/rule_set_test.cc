#include "services/plans/domain/rule_set.h"

#include <gtest/gtest.h>

#include "libs/rules/rule_book.h"
#include "libs/testing/matchers.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"

namespace sip {
namespace {

using rules::v1::RuleSetCommand;

RuleSetCommand Publish(const rules::v1::RuleSet& rule_set) {
  RuleSetCommand command;
  *command.mutable_publish_rule_set()->mutable_rule_set() = rule_set;
  return command;
}

const rules::v1::RuleSet& Skl() { return *TestRuleSets().Find("skl/2018-01-01"); }

class RuleSetTest : public testing::Test {
 protected:
  RuleSetTest() {
    context_.now = absl::FromUnixSeconds(1'519'898'400);
    context_.occurred_at.mutable_instant()->set_seconds(1'519'898'400);
    context_.zone = absl::FixedTimeZone(3600);
    context_.actor.set_agency_id("region-nord");
    context_.rule_sets = &NoRuleSets();
    context_.agencies = &TestAgencies();
  }

  Decision<rules::v1::RuleSetEvent> Decide(const rules::v1::RuleSet& rule_set) const {
    return RuleSetDecider::Decide(state_, Publish(rule_set), context_);
  }
  Reason RefusedFor(const rules::v1::RuleSet& rule_set) const {
    const auto decision = Decide(rule_set);
    return decision.accepted() ? Reason::REASON_UNSPECIFIED : decision.rejection().violations(0).reason();
  }

  DecisionContext context_;
  RuleSetState state_;
};

TEST_F(RuleSetTest, APublishedSetCarriesItsDigestAndIsFoundInTheBook) {
  const auto decision = Decide(Skl());
  ASSERT_TRUE(decision.accepted());
  ASSERT_EQ(decision.events().size(), 1u);
  RuleBook book;
  book.Apply(decision.events()[0]);
  EXPECT_EQ(book.FindByDigest(RuleSetDigest(Skl())), book.Find("skl/2018-01-01"));
}

TEST_F(RuleSetTest, TheSameContentAgainChangesNothingAnotherIsRefused) {
  RuleSetDecider::Evolve(state_, RuleSetStream(Skl().id()), Decide(Skl()).events()[0], EventMeta{});
  ASSERT_TRUE(Decide(Skl()).accepted());
  EXPECT_TRUE(Decide(Skl()).events().empty());
  rules::v1::RuleSet other = Skl();
  other.set_title("another title");
  EXPECT_EQ(RefusedFor(other), Reason::REASON_RULE_SET_ID_TAKEN);
}

TEST_F(RuleSetTest, ABreachIsRefusedWithItsFieldInTheRequest) {
  rules::v1::RuleSet broken = Skl();
  broken.mutable_meeting()->clear_clock_start();
  const auto decision = Decide(broken);
  ASSERT_FALSE(decision.accepted());
  EXPECT_EQ(decision.rejection().violations(0).reason(), Reason::REASON_RULE_SET_INVALID);
  EXPECT_EQ(decision.rejection().violations(0).field(), "rule_set.meeting.clock_start");
}

TEST_F(RuleSetTest, OnlyARegionWhoseRulesTheyAreAndTheSystemMayPublish) {
  context_.actor.set_agency_id("kommun-a");
  EXPECT_EQ(RefusedFor(Skl()), Reason::REASON_RULE_SET_NOT_YOURS);
  context_.actor.set_agency_id("nobody");
  EXPECT_EQ(RefusedFor(Skl()), Reason::REASON_RULE_SET_NOT_YOURS);
  context_.actor.set_agency_id("region-nord");
  rules::v1::RuleSet of_others = Skl();
  of_others.set_owner("halland");
  of_others.set_id("halland/2018-01-01");
  EXPECT_EQ(RefusedFor(of_others), Reason::REASON_RULE_SET_NOT_YOURS);
  context_.actor.clear_agency_id();
  context_.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
  EXPECT_EQ(RefusedFor(of_others), Reason::REASON_UNSPECIFIED);
}

TEST_F(RuleSetTest, AnEmptyCommandIsRefusedAndNeverCrashes) {
  EXPECT_FALSE(RuleSetDecider::Decide(state_, RuleSetCommand(), context_).accepted());
  EXPECT_FALSE(Decide(rules::v1::RuleSet()).accepted());
}

TEST(RuleSetStreamTest, EachIdHasAStreamOfItsOwn) {
  EXPECT_EQ(RuleSetStream("skl/2018-01-01"), RuleSetStream("skl/2018-01-01"));
  EXPECT_NE(RuleSetStream("skl/2018-01-01"), RuleSetStream("skl/2019-01-01"));
  EXPECT_EQ(RuleSetStream("skl/2018-01-01").type, "rule-set");
}

}  // namespace
}  // namespace sip
