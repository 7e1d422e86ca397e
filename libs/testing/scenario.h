// Runs scenario files: given / when / then of one context as data (proto/sip/testing/v1/scenario.proto, README.md). A context's
// test:
//
//   #include "libs/testing/scenario.h"
//   namespace sip {
//   SIP_SCENARIOS(PlansContext, "services/plans/domain/scenarios", TestRuleSets());
//   }
//
// makes a test of every *.txtpb file below that folder, "Scenarios/PlansContextScenario.Holds/pln_04_owner_required". The third
// argument is an expression that gives a `const RuleSetSource&`, evaluated when a test runs. Every scenario also checks what holds
// for any decider: deciding twice gives the same, all events have a kind and are the command's own stream's, a reaction stays
// within its declared Imports(), and what was decided can be folded.
#ifndef SIP_LIBS_TESTING_SCENARIO_H_
#define SIP_LIBS_TESTING_SCENARIO_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"

namespace sip {

// OK when the scenario holds. Otherwise the message says where it does not, with the difference.
absl::Status RunScenario(absl::string_view text, const ContextModel& model, const RuleSetSource& rule_sets);

// As RunScenario, for a file; the message also has its story.
absl::Status RunScenarioFile(const std::string& path, const ContextModel& model, const RuleSetSource& rule_sets);

// The *.txtpb files below `directory`, sorted. Never empty: without a file it names one that cannot be read, so that a test fails.
std::vector<std::string> ScenarioFiles(const std::string& directory);

// A test name made from a file's name.
std::string ScenarioName(const ::testing::TestParamInfo<std::string>& info);

// The agencies that scenarios have unless they say otherwise: region-nord and region-syd (regions), kommun-a and kommun-b
// (municipalities), skola-x (school), fk (state authority), vard-ab (private provider for region-nord), forening-y (other).
const AgencyDirectory& TestAgencies();

// A source without any rule set.
const RuleSetSource& NoRuleSets();

}  // namespace sip

#define SIP_SCENARIOS(Context, directory, rule_sets)                                                                 \
  class Context##Scenario : public ::testing::TestWithParam<std::string> {};                                         \
  TEST_P(Context##Scenario, Holds) {                                                                                 \
    const ::absl::Status holds = ::sip::RunScenarioFile(GetParam(), *::sip::MakeContextModel<Context>(), rule_sets); \
    EXPECT_TRUE(holds.ok()) << holds.message();                                                                      \
  }                                                                                                                  \
  INSTANTIATE_TEST_SUITE_P(Scenarios, Context##Scenario, ::testing::ValuesIn(::sip::ScenarioFiles(directory)), ::sip::ScenarioName)

#endif  // SIP_LIBS_TESTING_SCENARIO_H_
