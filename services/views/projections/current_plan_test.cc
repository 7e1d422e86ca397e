#include "services/views/projections/current_plan.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/matchers.h"
#include "libs/testing/random_message.h"
#include "libs/views/memory_view.h"
#include "services/views/queries/plan_queries.h"
#include "services/views/server/memory_rows.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using plans::v1::PlanEvent;
using views::v1::PlanRevisionRow;
using views::v1::PlanRow;

constexpr char kCase[] = "018f0000-0000-7000-8000-00000000000a";
constexpr char kPlan[] = "018f0000-0000-7000-8000-0000000000f1";
constexpr uint64_t kRandomEvents = 400;

class CurrentPlanTest : public ::testing::Test {
 protected:
  // One record with these events.
  void Apply(const std::vector<PlanEvent>& events) {
    RecordedCommand record;
    record.idx = ++records_;
    record.leaf = std::string(32, static_cast<char>('a' + records_ % 26));
    record.recorded_at = absl::FromUnixSeconds(1'000 + static_cast<int64_t>(records_));
    const auto header = std::make_shared<log::v1::CommandHeader>();
    header->set_case_id(Uuid::Parse(kCase)->ToBytes());
    header->set_acting_agency("region-nord");
    record.header = header;
    for (const PlanEvent& event : events) {
      record.events.push_back({StreamId{"plan", *Uuid::Parse(kPlan)}, records_, std::make_shared<const PlanEvent>(event)});
    }
    projection_.Apply(record, view_);
  }
  void Apply(const std::string& event) { Apply({ParseText<PlanEvent>(event)}); }

  PlanRow Row() {
    const auto row = FindPlan(MemoryRows(view_.rows()), kCase, kPlan);
    EXPECT_TRUE(row.ok() && row->has_value());
    return row.value().value();
  }

  void Establish() {
    Apply(
        "plan_drafted { case_id: '018f0000-0000-7000-8000-00000000000a' plan_id: '018f0000-0000-7000-8000-0000000000f1' "
        "plan_revision: 1 }");
    Apply("plan_element_put { element { element_id: 'g' revision: 1 goal { text: 'Trygg' } } }");
    Apply(
        "plan_established { plan_revision: 1 principal_agency_id: 'kommun-a' "
        "content { elements { element_id: 'g' revision: 1 goal { text: 'Trygg' } } "
        "elements { element_id: 'f' follow_up { original_text: 'två v' } } } progress { action_id: 'a' } }");
  }

  const CurrentPlanProjection projection_{};
  MemoryView view_;
  uint64_t records_ = 0;
};

TEST_F(CurrentPlanTest, ADraftShowsItsElementsAsTheyStand) {
  Apply("plan_drafted { plan_id: 'p' plan_revision: 1 }");
  Apply({ParseText<PlanEvent>("plan_element_put { element { element_id: 'a' revision: 1 purpose { text: 'Ett' } } }"),
         ParseText<PlanEvent>("plan_element_put { element { element_id: 'b' revision: 1 goal { text: 'Två' } } }"),
         ParseText<PlanEvent>("plan_element_put { element { element_id: 'a' revision: 2 purpose { text: 'Tre' } } }"),
         ParseText<PlanEvent>("plan_element_removed { element_id: 'b' base_revision: 1 }")});
  EXPECT_EQ(Row().status(), views::v1::PLAN_STATUS_DRAFT);
  EXPECT_THAT(Row().draft().content(),
              EqualsProto(ParseText<plans::v1::PlanContent>("elements { element_id: 'a' revision: 2 purpose { text: 'Tre' } }")));
  EXPECT_EQ(Row().stream_version(), 2u);
}

TEST_F(CurrentPlanTest, AnEstablishedPlanKnowsTheLeafThatSignaturesName) {
  Establish();
  const PlanRow row = Row();
  EXPECT_EQ(row.status(), views::v1::PLAN_STATUS_IN_FORCE);
  EXPECT_FALSE(row.has_draft());
  EXPECT_EQ(row.principal_agency_id(), "kommun-a");
  EXPECT_EQ(row.in_force().record_leaf(), std::string(32, 'd'));
  EXPECT_EQ(row.next_follow_up().original_text(), "två v");
}

TEST_F(CurrentPlanTest, AReplacedRevisionIsKeptWithWhatWasAssessedInIt) {
  Establish();
  Apply("goal_assessed { plan_revision: 1 goal_id: 'g' fulfilment: GOAL_FULFILMENT_PARTLY_MET }");
  Apply("goal_assessed { plan_revision: 1 goal_id: 'g' fulfilment: GOAL_FULFILMENT_MET }");
  Apply("plan_revision_opened { plan_revision: 2 from_revision: 1 reason: 'Ny bedömning' }");
  EXPECT_THAT(Row().draft().content(), EqualsProto(Row().in_force().content()));
  Apply("plan_established { plan_revision: 2 }");
  PlanRevisionRow first;
  ASSERT_TRUE(first.ParseFromString(view_.Get(PlanRevisionRowKey(kCase, kPlan, 1)).value_or("")));
  ASSERT_EQ(first.assessments_size(), 1);
  EXPECT_EQ(first.assessments(0).assessment().fulfilment(), plans::v1::GOAL_FULFILMENT_MET);
  EXPECT_TRUE(first.has_replaced_at());
  EXPECT_EQ(Row().in_force().plan_revision(), 2u);
  EXPECT_EQ(Row().in_force().assessments_size(), 0);
  EXPECT_EQ(WithRevision(Row(), first).in_force().plan_revision(), 1u);
}

TEST_F(CurrentPlanTest, TheLastWordOfASignerAndOfAnAgencyCounts) {
  Establish();
  Apply("signature_declined { plan_revision: 1 signer { individual {} } reason: 'Vill tänka' }");
  Apply("plan_signed { plan_revision: 1 signer { individual {} } method: SIGNATURE_METHOD_KIND_PEN }");
  Apply("action_accepted { action_id: 'a' acceptance { agency_id: 'kommun-a' element_revision: 1 } }");
  Apply("action_accepted { action_id: 'a' acceptance { agency_id: 'kommun-a' element_revision: 2 } }");
  Apply("action_reported { action_id: 'a' status: ACTION_STATUS_DONE outcome: 'Klart' reported_at { seconds: 5 } }");
  const PlanRow row = Row();
  ASSERT_EQ(row.in_force().signatures_size(), 1);
  EXPECT_FALSE(row.in_force().signatures(0).declined());
  EXPECT_EQ(row.in_force().signatures(0).reason(), "");
  EXPECT_THAT(row.in_force().progress(0),
              EqualsProto(ParseText<plans::v1::ActionProgress>(
                  "action_id: 'a' status: ACTION_STATUS_DONE outcome: 'Klart' reported_at { seconds: 5 } "
                  "acceptances { agency_id: 'kommun-a' element_revision: 2 }")));
}

TEST_F(CurrentPlanTest, AFollowUpSaysWhenTheNextOneIsAndAClosedPlanHasNone) {
  Establish();
  Apply("follow_up_recorded { plan_revision: 1 follow_up { follow_up_id: 'f1' next { original_text: 'En månad' } } }");
  EXPECT_EQ(Row().next_follow_up().original_text(), "En månad");
  Apply("copy_distributed { copy_id: 'c' plan_revision: 1 recipient { individual {} } omitted_categories: 'health' }");
  EXPECT_EQ(Row().copies(0).omitted_categories(0), "health");
  Apply("plan_closed { reason_code: 'goals_met' }");
  EXPECT_EQ(Row().status(), views::v1::PLAN_STATUS_CLOSED);
  EXPECT_FALSE(Row().has_next_follow_up());
  EXPECT_TRUE(Row().has_in_force());
}

TEST_F(CurrentPlanTest, AnotherResponsibleStandsInThePlanAndInItsDraft) {
  Establish();
  Apply("plan_revision_opened { plan_revision: 2 from_revision: 1 }");
  Apply(
      "responsible_changed { from { principal_agency_id: 'kommun-a' } reason: 'Byte' "
      "element { element_id: 'r' revision: 2 responsible { principal_agency_id: 'region-nord' } } }");
  const PlanRow row = Row();
  EXPECT_EQ(row.principal_agency_id(), "region-nord");
  EXPECT_EQ(row.in_force().content().elements(2).element_id(), "r");
  EXPECT_EQ(row.draft().content().elements(2).element_id(), "r");
  EXPECT_EQ(row.responsible_changes(0).to().principal_agency_id(), "region-nord");
}

TEST_F(CurrentPlanTest, ThePlanInForceMattersMoreThanADraftAndThatMoreThanAClosedOne) {
  EXPECT_EQ(ChooseCurrentPlan({}), std::nullopt);
  const std::vector<PlanRow> plans = {ParseText<PlanRow>("plan_id: 'a' status: PLAN_STATUS_CLOSED recorded_at { seconds: 9 }"),
                                      ParseText<PlanRow>("plan_id: 'b' status: PLAN_STATUS_DRAFT recorded_at { seconds: 8 }"),
                                      ParseText<PlanRow>("plan_id: 'c' status: PLAN_STATUS_DRAFT recorded_at { seconds: 7 }"),
                                      ParseText<PlanRow>("plan_id: 'd' status: PLAN_STATUS_IN_FORCE recorded_at { seconds: 1 }")};
  EXPECT_EQ(ChooseCurrentPlan({&plans[0], &plans[1], &plans[2]}), 1u);
  EXPECT_EQ(ChooseCurrentPlan({&plans[0], &plans[1], &plans[2], &plans[3]}), 3u);
}

TEST_F(CurrentPlanTest, RevisionKeysSortByNumber) {
  EXPECT_LT(PlanRevisionRowKey(kCase, kPlan, 9), PlanRevisionRowKey(kCase, kPlan, 10));
  EXPECT_TRUE(absl::StartsWith(PlanRevisionRowKey(kCase, kPlan, 9), PlanRevisionRowPrefix(kCase, kPlan)));
  EXPECT_TRUE(absl::StartsWith(PlanRowKey(kCase, kPlan), PlanRowPrefix(kCase)));
}

// Any events, in any order, whether a decider would ever let them happen: the same rows however they are grouped into records.
TEST_F(CurrentPlanTest, AnyHistoryCanBeFoldedAndGroupingDoesNotMatter) {
  std::vector<PlanEvent> events;
  for (uint64_t seed = 0; seed < kRandomEvents; ++seed) events.push_back(RandomMessage<PlanEvent>(seed));
  for (const PlanEvent& event : events) Apply({event});
  PlanRow one_by_one = Row();
  view_ = MemoryView();
  records_ = 0;
  Apply(events);
  PlanRow at_once = Row();
  EXPECT_EQ(one_by_one.in_force().content().SerializeAsString(), at_once.in_force().content().SerializeAsString());
  EXPECT_EQ(one_by_one.draft().content().SerializeAsString(), at_once.draft().content().SerializeAsString());
  EXPECT_EQ(one_by_one.copies_size(), at_once.copies_size());
}

}  // namespace
}  // namespace sip
