#include "libs/testing/scenario_outcome.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/status_macros.h"
#include "libs/testing/wrapper.h"

namespace sip {
namespace {

using google::protobuf::Any;
using google::protobuf::Message;
using testing::v1::Scenario;

bool Matches(const Violation& expected, const Violation& actual) {
  return expected.reason() == actual.reason() && expected.rule() == actual.rule() &&
         (expected.field().empty() || expected.field() == actual.field()) &&
         (expected.detail().empty() || expected.detail() == actual.detail());
}

// Every expected violation is there once, and no other. Those that state a field choose first.
bool Matches(const Scenario& scenario, const Rejection& actual) {
  if (scenario.rejected_size() != actual.violations_size()) return false;
  std::vector<const Violation*> expected;
  expected.reserve(static_cast<size_t>(scenario.rejected_size()));
  for (const Violation& violation : scenario.rejected()) expected.push_back(&violation);
  std::stable_sort(expected.begin(), expected.end(), [](const Violation* a, const Violation* b) {
    return (a->field().empty() ? 0 : 1) + (a->detail().empty() ? 0 : 1) >
           (b->field().empty() ? 0 : 1) + (b->detail().empty() ? 0 : 1);
  });
  std::vector<bool> taken(static_cast<size_t>(actual.violations_size()), false);
  return std::all_of(expected.begin(), expected.end(), [&](const Violation* violation) {
    for (int i = 0; i < actual.violations_size(); ++i) {
      if (taken[static_cast<size_t>(i)] || !Matches(*violation, actual.violations(i))) continue;
      taken[static_cast<size_t>(i)] = true;
      return true;
    }
    return false;
  });
}

absl::Status CheckEvent(const testing::v1::ExpectedEvent& expected, const NewEvent& actual) {
  if (!expected.stream().empty() && expected.stream() != actual.stream.ToString()) {
    return absl::FailedPreconditionError(
        absl::StrCat("stream is ", actual.stream.ToString(), ", expected was ", expected.stream()));
  }
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, Unpack(expected.event()));
  if (message->GetDescriptor() != actual.event->GetDescriptor()) {
    return absl::FailedPreconditionError(absl::StrCat("is a ", actual.event->GetDescriptor()->full_name(), ", expected was a ",
                                                      message->GetDescriptor()->full_name()));
  }
  google::protobuf::util::MessageDifferencer differencer;
  if (expected.partial()) differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  if (!differencer.Compare(*message, *actual.event)) {
    return absl::FailedPreconditionError(absl::StrCat("differs (expected -> actual):\n", difference));
  }
  return absl::OkStatus();
}

}  // namespace

bool SameOutcome(const Outcome& a, const Outcome& b) {
  if (a.index() != b.index()) return false;
  if (const auto* rejection = std::get_if<Rejection>(&a)) {
    return google::protobuf::util::MessageDifferencer::Equals(*rejection, std::get<Rejection>(b));
  }
  const auto& events_a = std::get<std::vector<NewEvent>>(a);
  const auto& events_b = std::get<std::vector<NewEvent>>(b);
  return std::equal(events_a.begin(), events_a.end(), events_b.begin(), events_b.end(), [](const NewEvent& x, const NewEvent& y) {
    return x.stream == y.stream && x.event->GetDescriptor() == y.event->GetDescriptor() &&
           google::protobuf::util::MessageDifferencer::Equals(*x.event, *y.event);
  });
}

std::string Describe(const Rejection& rejection) {
  return absl::StrJoin(rejection.violations(), "\n", [](std::string* out, const Violation& violation) {
    absl::StrAppend(out, "  rejected { ", violation.ShortDebugString(), " }");
  });
}

std::string Describe(const std::vector<NewEvent>& events) {
  if (events.empty()) return "  (no events)";
  return absl::StrJoin(events, "\n", [](std::string* out, const NewEvent& event) {
    absl::StrAppend(out, "  then { stream: \"", event.stream.ToString(), "\" event { [type.googleapis.com/",
                    event.event->GetDescriptor()->full_name(), "] {\n", event.event->Utf8DebugString(), "} } }");
  });
}

// Compares what came with what the scenario expects.
absl::Status CheckOutcome(const Scenario& scenario, const Outcome& outcome) {
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    if (!scenario.rejected().empty() && Matches(scenario, *rejection)) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("it was refused:\n", Describe(*rejection)));
  }
  const auto& events = std::get<std::vector<NewEvent>>(outcome);
  const auto unexpected = [&](absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat(why, "; these events came:\n", Describe(events)));
  };
  if (!scenario.rejected().empty()) return unexpected("it was not refused");
  if (scenario.then_nothing()) return events.empty() ? absl::OkStatus() : unexpected("nothing was to follow");
  if (!scenario.then_kinds().empty()) {
    std::vector<std::string> kinds;
    kinds.reserve(events.size());
    for (const NewEvent& event : events) kinds.push_back(KindName(*event.event));
    const bool equal = std::equal(kinds.begin(), kinds.end(), scenario.then_kinds().begin(), scenario.then_kinds().end());
    return equal ? absl::OkStatus() : unexpected(absl::StrCat("the kinds are ", absl::StrJoin(kinds, ", ")));
  }
  if (scenario.then_size() != static_cast<int>(events.size())) {
    return unexpected(absl::StrCat(scenario.then_size(), " events were expected"));
  }
  for (int i = 0; i < scenario.then_size(); ++i) {
    const absl::Status same = CheckEvent(scenario.then(i), events[static_cast<size_t>(i)]);
    if (!same.ok()) return unexpected(absl::StrCat("event ", i + 1, " ", same.message()));
  }
  return absl::OkStatus();
}

// The message in `any`, of the type that it was compiled with.
absl::StatusOr<std::unique_ptr<Message>> Unpack(const Any& any) {
  const std::string name(any.type_url().substr(any.type_url().rfind('/') + 1));
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (descriptor == nullptr) return absl::InvalidArgumentError(absl::StrCat("unknown message type \"", name, "\""));
  std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  if (!any.UnpackTo(message.get())) return absl::InvalidArgumentError(absl::StrCat("cannot unpack ", name));
  return message;
}

}  // namespace sip
