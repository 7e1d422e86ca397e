// One run of a scenario. Internal to libs/testing: includes the scenario's message, whose namespace sip::testing hides ::testing.
#ifndef SIP_LIBS_TESTING_SCENARIO_RUN_H_
#define SIP_LIBS_TESTING_SCENARIO_RUN_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/testing/scenario_outcome.h"
#include "sip/testing/v1/scenario.pb.h"

namespace sip {

// An event that was folded.
struct PastEvent {
  StreamId stream;
  std::shared_ptr<const google::protobuf::Message> event;
  EventMeta meta;
};

// Where a scenario led to.
struct RanScenario {
  std::unique_ptr<AgencyDirectory> agencies = std::make_unique<AgencyDirectory>();
  std::unique_ptr<CaseState> state;                          // After everything.
  std::vector<PastEvent> history;                            // All that led to it.
  std::shared_ptr<const google::protobuf::Message> command;  // Of `when`; null for an import.
  DecisionContext context;                                   // Of `when`.
  Outcome outcome;                                           // Of `when`.
};

// INVALID_ARGUMENT says where the text is wrong.
absl::StatusOr<testing::v1::Scenario> ParseScenario(absl::string_view text, const RuleSetSource& rule_sets);

// Carries out all steps. An error if a given step was refused, or if something came that no decider or reaction may do. Does not
// look at what the scenario expects.
absl::StatusOr<RanScenario> PlayScenario(const testing::v1::Scenario& scenario, const ContextModel& model,
                                         const RuleSetSource& rule_sets);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_SCENARIO_RUN_H_
