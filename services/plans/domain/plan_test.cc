#include "services/plans/domain/plan.h"

#include <gtest/gtest.h>

#include "libs/testing/decider_properties.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"
#include "services/plans/domain/plans_context.h"

namespace sip {
namespace {

constexpr char kScenarios[] = "services/plans/domain/scenarios/plan";

SIP_SCENARIOS(PlansContext, kScenarios, TestRuleSets());

// Drafting, editing without ids and revising bring something new into being each time; all else says how things shall be.
SIP_DECIDER_PROPERTIES(PlansContext, kScenarios, TestRuleSets(),
                       {"establish_plan", "sign_plan", "decline_signature", "accept_action", "report_action", "distribute_copy",
                        "record_follow_up", "assess_goal", "change_responsible", "close_plan"});

}  // namespace
}  // namespace sip
