#include "libs/rules/rule_set_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "libs/testing/rule_sets.h"

namespace sip {
namespace {

using rules::v1::RuleSet;

// One breach, what it is called and where it is found.
struct Breach {
  std::string name;
  std::function<void(RuleSet&)> make;
  std::string field;
  std::string rule;
};

class RuleSetCheckTest : public testing::TestWithParam<Breach> {};

RuleSet Valid() { return *TestRuleSets().Find("skl/2018-01-01"); }

TEST(RuleSetCheck, TheHandbooksDefaultsAreValid) {
  Violations violations;
  CheckRuleSet(Valid(), "", violations);
  EXPECT_TRUE(violations.empty());
}

TEST(RuleSetCheck, AllBreachesAreReportedAtOnceUnderThePrefix) {
  Violations violations;
  CheckRuleSet(RuleSet(), "rule_set.", violations);
  ASSERT_FALSE(violations.empty());
  const Rejection rejection = violations.ToRejection();
  EXPECT_GT(rejection.violations_size(), 20);
  for (const Violation& violation : rejection.violations()) {
    EXPECT_EQ(violation.reason(), Reason::REASON_RULE_SET_INVALID);
    EXPECT_THAT(violation.field(), testing::StartsWith("rule_set."));
  }
}

TEST_P(RuleSetCheckTest, NamesTheFieldAndNothingElse) {
  RuleSet rule_set = Valid();
  GetParam().make(rule_set);
  Violations violations;
  CheckRuleSet(rule_set, "", violations);
  ASSERT_FALSE(violations.empty());
  const Rejection rejection = violations.ToRejection();
  EXPECT_EQ(rejection.violations_size(), 1) << rejection.DebugString();
  EXPECT_EQ(rejection.violations(0).field(), GetParam().field);
  EXPECT_EQ(rejection.violations(0).rule(), GetParam().rule);
  EXPECT_FALSE(rejection.violations(0).detail().empty());
}

const Breach kBreaches[] = {
    {"TitleMissing", [](RuleSet& r) { r.clear_title(); }, "title", ""},
    {"SectionMissing", [](RuleSet& r) { r.clear_evaluation(); }, "evaluation", ""},
    {"NestedFieldMissing", [](RuleSet& r) { r.mutable_meeting()->clear_clock_start(); }, "meeting.clock_start", ""},
    {"ListEmpty", [](RuleSet& r) { r.mutable_signature()->clear_methods(); }, "signature.methods", ""},
    {"FieldOfEntryMissing", [](RuleSet& r) { r.mutable_target_groups(1)->clear_label(); }, "target_groups[1].label", ""},
    {"EnumUnknown", [](RuleSet& r) { r.mutable_continuation()->set_mode(static_cast<rules::v1::ContinuationMode>(99)); },
     "continuation.mode", ""},
    {"EnumOfListUnspecified", [](RuleSet& r) { r.mutable_meeting()->set_channels(0, common::v1::CHANNEL_UNSPECIFIED); },
     "meeting.channels[0]", ""},
    {"DayImpossible", [](RuleSet& r) { r.mutable_valid_from()->set_month(13); }, "valid_from", ""},
    {"IdOfAnotherDay", [](RuleSet& r) { r.set_id("skl/2018-01-02"); }, "id", ""},
    {"WarningBeforePeriod", [](RuleSet& r) { r.mutable_start()->mutable_first_contact()->set_warning_days(4); },
     "start.first_contact.warning_days", ""},
    {"PeriodTooLong", [](RuleSet& r) { r.mutable_meeting()->mutable_held_within()->set_max_days(3651); },
     "meeting.held_within.max_days", ""},
    {"MeetingLongerThanADay", [](RuleSet& r) { r.mutable_meeting()->set_max_minutes(1441); }, "meeting.max_minutes", ""},
    {"AdultNeedsGuardian", [](RuleSet& r) { r.mutable_child()->set_own_consent_age(19); }, "child.own_consent_age", ""},
    {"CodeMalformed", [](RuleSet& r) { r.mutable_target_groups(0)->set_code("Stora Ord"); }, "target_groups[0].code", ""},
    {"CodeTwice", [](RuleSet& r) { *r.add_target_groups() = r.target_groups(0); }, "target_groups[6].code", ""},
    {"FormFieldTwice", [](RuleSet& r) { *r.mutable_plan_template()->add_fields() = r.plan_template().fields(0); },
     "plan_template.fields[24].field", ""},
    {"AgencyKindInTwoTypes", [](RuleSet& r) { r.mutable_party_types(3)->add_agency_kinds(rules::v1::AGENCY_KIND_REGION); },
     "party_types[3].agency_kinds[1]", ""},
    {"MunicipalityVoluntary", [](RuleSet& r) { r.mutable_party_types(1)->set_obligation(rules::v1::OBLIGATION_VOLUNTARY); },
     "party_types", "INV-09"},
    {"NoConsentBeforePlanning", [](RuleSet& r) { r.mutable_consent()->mutable_points()->DeleteSubrange(1, 1); }, "consent.points",
     "CON-01"},
    {"StatutoryItemOptional", [](RuleSet& r) { r.mutable_plan_template()->mutable_fields(14)->set_mandatory(false); },
     "plan_template.fields", "PLN-01"},
    {"NoReasonForWithdrawal", [](RuleSet& r) { r.mutable_closing()->mutable_plan_reasons()->DeleteSubrange(1, 1); },
     "closing.plan_reasons", "CLO-04"},
    {"GroundMissing", [](RuleSet& r) { r.mutable_deviations()->mutable_grounds()->DeleteSubrange(2, 1); }, "deviations.grounds",
     "DEV-01"},
    {"ActiveBySignaturesOfNobody", [](RuleSet& r) { r.mutable_signature()->set_activation(rules::v1::ACTIVATION_SIGNED); },
     "signature.required_signers", "SIG-03"},
};

INSTANTIATE_TEST_SUITE_P(Breaches, RuleSetCheckTest, testing::ValuesIn(kBreaches),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace sip
