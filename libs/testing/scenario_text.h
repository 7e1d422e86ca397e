// The words that begin with @ in a scenario file, which stand for what protobuf text format cannot say readably:
//
//   @id(karl)                  a UUID, the same for the same name
//   @minted(when, goal, 1)     the id that the step named "when" mints for its second goal
//   @at(2018-03-01 10:00)      the fields of a google.protobuf.Timestamp, local time in Europe/Stockholm or RFC 3339
//   @date(2018-03-01)          the fields of a google.type.Date
//   @digest(skl/2018-01-01)    the digest of a rule set, escaped for a bytes field
//   @leaf(given-4)             the leaf of the record of that step, escaped for a bytes field
//
// Pure but for the time zone database.
#ifndef SIP_LIBS_TESTING_SCENARIO_TEXT_H_
#define SIP_LIBS_TESTING_SCENARIO_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/context.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// Europe/Stockholm.
absl::TimeZone Stockholm();

// What @leaf(step) stands for.
std::string NamedLeaf(absl::string_view step_name);

// The UUID that @id(name) stands for.
Uuid NamedId(absl::string_view name);

// The seed from which the step of that name mints its ids.
std::string NamedSeed(absl::string_view step_name);

// "2018-03-01 10:00" or "2018-03-01 10:00:30" in Europe/Stockholm, or RFC 3339.
absl::StatusOr<absl::Time> ParseScenarioTime(absl::string_view text);

// "2018-03-01" as a date, else an instant as ParseScenarioTime.
absl::StatusOr<common::v1::Occurred> ParseScenarioOccurred(absl::string_view text);

// `text` with every such word replaced. Lines that are comments stay as they are.
absl::StatusOr<std::string> ExpandScenarioText(absl::string_view text, const RuleSetSource& rule_sets);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_SCENARIO_TEXT_H_
