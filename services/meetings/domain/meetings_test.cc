#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/decider_properties.h"
#include "libs/testing/scenario.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/meetings/domain/test_rule_sets.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {

SIP_SCENARIOS(MeetingsContext, "services/meetings/domain/scenarios", MeetingTestRuleSets());
// Every conversation in which a meeting is prepared is an event of its own; all other commands are wishes.
SIP_DECIDER_PROPERTIES(MeetingsContext, "services/meetings/domain/scenarios", MeetingTestRuleSets(),
                       {"plan_meeting", "confirm_contact", "call_party", "invite_party", "record_delivery", "acknowledge_call",
                        "answer_call", "withdraw_call", "reschedule_meeting", "cancel_meeting", "record_meeting_held"});

namespace {

using ::testing::Contains;

TEST(MeetingsContextTest, ImportsEveryKindOfConsentEventBecauseAllCarryTheScope) {
  std::vector<std::string> imported;
  for (const ImportedKind& kind : MeetingsReaction::Imports()) imported.push_back(kind.foreign_kind);
  const auto* kinds = consent::v1::ConsentEvent::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds->field_count(); ++i) {
    EXPECT_THAT(imported, Contains(kinds->field(i)->message_type()->full_name()));
  }
}

TEST(MeetingsContextTest, TakesTheRuleSetFromTheCase) {
  meetings::MeetingsState state;
  EXPECT_FALSE(MeetingsContext::KnowsCase(state));
  EXPECT_EQ(MeetingsContext::PinnedRuleSet(state, StreamId{}).id, "");
  state.facts.case_facts.emplace().set_rule_set_id("skl/2018-01-01");
  EXPECT_TRUE(MeetingsContext::KnowsCase(state));
  EXPECT_EQ(MeetingsContext::PinnedRuleSet(state, StreamId{}).id, "skl/2018-01-01");
}

}  // namespace
}  // namespace sip
