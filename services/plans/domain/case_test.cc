#include "services/plans/domain/case.h"

#include <gtest/gtest.h>

#include "libs/domain/case_import.h"
#include "libs/testing/decider_properties.h"
#include "libs/testing/matchers.h"
#include "libs/testing/random_message.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"
#include "services/plans/domain/plans_context.h"

namespace sip {
namespace {

using cases::v1::CaseCommand;
using cases::v1::CaseEvent;

constexpr char kScenarios[] = "services/plans/domain/scenarios/case";

SIP_SCENARIOS(PlansContext, kScenarios, TestRuleSets());

// All but a contact, which is reported as often as it happens.
SIP_DECIDER_PROPERTIES(PlansContext, kScenarios, TestRuleSets(),
                       {"open_case", "assess_need", "refuse_request", "offer_plan", "accept_offer", "decline_offer", "close_case",
                        "reopen_case"});

constexpr int kRandomHistories = 300;
constexpr int kRandomEvents = 8;

const Uuid kCaseId = *Uuid::Parse("018f0000-0000-7000-8000-00000000000a");

DecisionContext Context() {
  DecisionContext context;
  context.now = absl::FromUnixSeconds(1'519'898'400);
  context.occurred_at.mutable_instant()->set_seconds(1'519'898'400);
  context.zone = absl::FixedTimeZone(3600);
  context.actor.set_agency_id("region-nord");
  context.case_id = kCaseId;
  context.rule_sets = &TestRuleSets();
  context.agencies = &TestAgencies();
  return context;
}

void Fold(PlansState& state, const CaseEvent& event) {
  EventMeta meta;
  meta.acting_agency = "region-nord";
  meta.occurred_at = Context().occurred_at;
  CaseDecider::Evolve(state, CaseStream(kCaseId), event, meta);
}

// A state that some history of any events leads to; often one in which the actor is party.
PlansState RandomState(uint64_t seed) {
  PlansState state;
  for (uint64_t i = 0; i < kRandomEvents; ++i) Fold(state, RandomMessage<CaseEvent>(seed * kRandomEvents + i));
  if (seed % 4 != 0) state.case_record->facts.add_agency_ids("region-nord");
  if (seed % 2 == 0) state.case_record->facts.set_rule_set_digest(RuleSetDigest(*TestRuleSets().Find("skl/2018-01-01")));
  if (seed % 3 == 0) state.case_record->facts.set_open(true);
  return state;
}

TEST(CasePropertyTest, WhatIsNotAPartysCaseIsNotFoundWhateverIsAsked) {
  DecisionContext context = Context();
  context.actor.set_agency_id("kommun-of-somebody-else");
  for (uint64_t seed = 0; seed < kRandomHistories; ++seed) {
    auto command = RandomMessage<CaseCommand>(seed);
    const auto decision = CaseDecider::Decide(RandomState(seed), command, context);
    ASSERT_FALSE(decision.accepted());
    ASSERT_EQ(decision.rejection().violations_size(), 1);
    EXPECT_EQ(decision.rejection().violations(0).reason(), Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED);
  }
}

TEST(CasePropertyTest, OthersImportTheFactsThatThisContextGoesOnWith) {
  const DecisionContext context = Context();
  int compared = 0;
  for (uint64_t seed = 0; seed < kRandomHistories; ++seed) {
    PlansState state = RandomState(seed);
    const auto decision = CaseDecider::Decide(state, RandomMessage<CaseCommand>(seed), context);
    if (!decision.accepted()) continue;
    if (decision.events().empty()) continue;
    RecordedCommand record;
    record.log_name = kCaseLogName;
    for (const CaseEvent& event : decision.events()) {
      Fold(state, event);
      record.events.push_back(RecordedEvent{CaseStream(kCaseId), 0, std::make_shared<const CaseEvent>(event)});
    }
    const auto facts = CaseFactsIn(record);
    if (facts.has_value()) {
      EXPECT_THAT(*facts, EqualsProto(state.case_record->facts));
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

TEST(CaseTest, ARepeatedOpeningWithoutACaseIdGetsTheSameId) {
  const Uuid request = *Uuid::Parse("018f0000-0000-7000-8000-000000000001");
  EXPECT_EQ(DerivedCaseId("region-nord", request), DerivedCaseId("region-nord", request));
  EXPECT_NE(DerivedCaseId("region-nord", request), DerivedCaseId("kommun-a", request));
  EXPECT_EQ(DerivedCaseId("region-nord", request).Version(), 8);
}

TEST(CaseTest, WhatAnImportCausesDoesNotBarReportsOfTheTimeBefore) {
  PlansState state;
  EventMeta import;
  import.occurred_at = Context().occurred_at;
  CaseDecider::Evolve(state, CaseStream(kCaseId), ParseText<CaseEvent>("case_party_added { agency_id: 'kommun-a' }"), import);
  EXPECT_EQ(state.case_record->latest.EffectiveIn(Context().zone), std::nullopt);
}

}  // namespace
}  // namespace sip
