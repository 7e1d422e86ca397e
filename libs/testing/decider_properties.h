// What holds for every decider, checked from a context's scenarios and from random messages. A context's test:
//
//   SIP_DECIDER_PROPERTIES(PlansContext, "services/plans/domain/scenarios", TestRuleSets(), {"sign_plan", "close_plan"});
//
// makes these tests: repeating a wish (a command that says how things shall be, listed by its kind; each must be accepted in some
// scenario) with a new request id gives no events; folding the skeletons of every scenario's events never fails; any commands and
// any events that can be parsed neither crash a decider nor make it decide differently twice.
#ifndef SIP_LIBS_TESTING_DECIDER_PROPERTIES_H_
#define SIP_LIBS_TESTING_DECIDER_PROPERTIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "libs/eventsourcing/context_model.h"

namespace sip {

struct PropertyInput {
  const ContextModel& model;
  const RuleSetSource& rule_sets;
  std::string scenario_directory;
};

absl::Status CheckRepeatedWishes(const PropertyInput& input, const std::vector<std::string>& wishes);
absl::Status CheckSkeletonsFold(const PropertyInput& input);
// Plays every scenario and goes on with `steps` random commands and events each, of ids that the scenario knows.
absl::Status CheckRandomSteps(const PropertyInput& input, uint64_t seed, int steps);

}  // namespace sip

#define SIP_DECIDER_PROPERTIES(Context, directory, rule_sets, ...)                                                            \
  TEST(Context##Properties, RepeatingAWishChangesNothing) {                                                                   \
    const ::absl::Status holds =                                                                                              \
        ::sip::CheckRepeatedWishes({*::sip::MakeContextModel<Context>(), rule_sets, directory}, __VA_ARGS__);                 \
    EXPECT_TRUE(holds.ok()) << holds.message();                                                                               \
  }                                                                                                                           \
  TEST(Context##Properties, SkeletonsAloneCanBeFolded) {                                                                      \
    const ::absl::Status holds = ::sip::CheckSkeletonsFold({*::sip::MakeContextModel<Context>(), rule_sets, directory});      \
    EXPECT_TRUE(holds.ok()) << holds.message();                                                                               \
  }                                                                                                                           \
  TEST(Context##Properties, AnyCommandsAndEventsAreDecidedAndFolded) {                                                        \
    const ::absl::Status holds = ::sip::CheckRandomSteps({*::sip::MakeContextModel<Context>(), rule_sets, directory}, 1, 30); \
    EXPECT_TRUE(holds.ok()) << holds.message();                                                                               \
  }                                                                                                                           \
  static_assert(true)

#endif  // SIP_LIBS_TESTING_DECIDER_PROPERTIES_H_
