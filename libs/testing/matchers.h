// Matchers for statuses, refusals and protobuf messages.
#ifndef SIP_LIBS_TESTING_MATCHERS_H_
#define SIP_LIBS_TESTING_MATCHERS_H_

#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {

inline const absl::Status& StatusFrom(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusFrom(const absl::StatusOr<T>& result) {
  return result.status();
}

// A Status or StatusOr that is OK: EXPECT_THAT(result, IsOk()).
MATCHER(IsOk, "") {
  *result_listener << StatusFrom(arg).ToString();
  return StatusFrom(arg).ok();
}

// A Status or StatusOr of the code, whose message contains `text`.
MATCHER_P2(StatusIs, code, text, "") {
  *result_listener << StatusFrom(arg).ToString();
  return StatusFrom(arg).code() == code && std::string(StatusFrom(arg).message()).find(text) != std::string::npos;
}
inline auto StatusIs(absl::StatusCode code) { return StatusIs(code, ""); }

// A Status or StatusOr that carries a rejection whose primary violation has the reason.
MATCHER_P(RejectedFor, reason, "") {
  *result_listener << StatusFrom(arg).ToString();
  const auto rejection = RejectionOf(StatusFrom(arg));
  return rejection.has_value() && rejection->violations_size() > 0 && rejection->violations(0).reason() == reason;
}

MATCHER_P(EqualsHeldProto, expected, "is equal to:\n" + expected->Utf8DebugString()) {
  const google::protobuf::Message& actual = arg;
  if (expected->GetDescriptor() != actual.GetDescriptor()) {
    *result_listener << "is a " << actual.GetDescriptor()->full_name();
    return false;
  }
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  const bool equal = differencer.Compare(*expected, actual);
  *result_listener << "differs (expected -> actual):\n" << difference;
  return equal;
}

// A message that is equal to `expected` as protobuf sees it; the difference is printed.
inline auto EqualsProto(const google::protobuf::Message& expected) {
  std::shared_ptr<google::protobuf::Message> held(expected.New());
  held->CopyFrom(expected);
  return EqualsHeldProto(held);
}

// The message that text format says. Fails the test when it cannot be parsed.
template <typename M>
M ParseText(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace sip

#endif  // SIP_LIBS_TESTING_MATCHERS_H_
