// What a step of a scenario led to, and how it is compared. Internal to libs/testing: includes the scenario's message, whose
// namespace sip::testing hides ::testing.
#ifndef SIP_LIBS_TESTING_SCENARIO_OUTCOME_H_
#define SIP_LIBS_TESTING_SCENARIO_OUTCOME_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/decider.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/testing/v1/scenario.pb.h"

namespace sip {

using Outcome = std::variant<std::vector<NewEvent>, Rejection>;

bool SameOutcome(const Outcome& a, const Outcome& b);

// As the scenario would state it.
std::string Describe(const Rejection& rejection);
std::string Describe(const std::vector<NewEvent>& events);

// OK if the outcome is what the scenario expects; otherwise says what came instead.
absl::Status CheckOutcome(const testing::v1::Scenario& scenario, const Outcome& outcome);

// The message in `any`, of the type that it was compiled with.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Unpack(const google::protobuf::Any& any);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_SCENARIO_OUTCOME_H_
