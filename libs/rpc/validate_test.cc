#include "libs/rpc/validate.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/rpc/request_reader.h"
#include "sip/testing/v1/echo_rpcs.pb.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::v1::EchoRequest;

constexpr char kId[] = "018f0000-0000-7000-8000-000000000001";

class ValidateTest : public ::testing::Test {
 protected:
  ValidateTest() { request_.set_text("hej"); }

  // "REASON field" of all violations, sorted as the rejection has them.
  std::vector<std::string> Check() {
    Violations violations;
    RequestRules(*EchoRequest::descriptor()).Check(request_, limits_, violations);
    std::vector<std::string> found;
    if (violations.empty()) return found;
    const Rejection rejection = violations.ToRejection();
    for (const Violation& violation : rejection.violations()) {
      found.push_back(common::v1::Reason_Name(violation.reason()).substr(7) + " " + violation.field());
    }
    return found;
  }

  EchoRequest request_;
  CallLimits limits_;
};

TEST_F(ValidateTest, AcceptsAGoodRequest) {
  request_.set_channel(common::v1::CHANNEL_LETTER);
  request_.add_words("ett");
  request_.set_echo_id(kId);
  request_.mutable_occurred_at()->mutable_date()->set_year(2024);
  request_.mutable_occurred_at()->mutable_date()->set_month(2);
  request_.mutable_occurred_at()->mutable_date()->set_day(29);
  request_.add_parts()->set_text("del");
  request_.mutable_detail()->set_channel(common::v1::CHANNEL_PHONE);
  request_.mutable_detail()->mutable_place()->set_number(0);
  request_.mutable_detail()->add_names("namn");
  request_.mutable_detail()->mutable_instant()->set_seconds(1'700'000'000);
  request_.mutable_detail()->mutable_time()->set_hours(23);
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(ValidateTest, NamesEveryRequiredFieldThatIsMissing) {
  request_.clear_text();
  request_.mutable_detail();
  request_.add_parts()->set_text(" \n");
  EXPECT_THAT(Check(), ElementsAre("FIELD_REQUIRED text", "FIELD_REQUIRED parts[0].text", "FIELD_REQUIRED detail.channel",
                                   "FIELD_REQUIRED detail.place", "FIELD_REQUIRED detail.names"));
}

TEST_F(ValidateTest, HoldsTextsAndListsToTheirLimits) {
  limits_.text_bytes = 10;
  limits_.list_items = 2;
  limits_.edits = 1;
  request_.set_text(std::string(11, 'a'));
  request_.add_words("sex123");
  for (int i = 0; i < 3; ++i) request_.add_channels(common::v1::CHANNEL_LETTER);
  request_.mutable_detail()->set_channel(common::v1::CHANNEL_LETTER);
  request_.mutable_detail()->mutable_place();
  request_.mutable_detail()->add_names("x");
  for (int i = 0; i < 2; ++i) request_.mutable_detail()->add_edits();
  EXPECT_THAT(Check(), ElementsAre("LIMIT_EXCEEDED text", "LIMIT_EXCEEDED words[0]", "LIMIT_EXCEEDED detail.edits",
                                   "LIMIT_EXCEEDED channels"));
  for (int i = 0; i < 3; ++i) request_.add_words("x");
  limits_ = CallLimits();
  request_.set_text("a");
  EXPECT_THAT(Check(), ElementsAre("LIMIT_EXCEEDED words"));
}

TEST_F(ValidateTest, LimitsSayLimitAndValue) {
  limits_.text_bytes = 2;
  Violations violations;
  RequestRules(*EchoRequest::descriptor()).Check(request_, limits_, violations);
  EXPECT_EQ(violations.ToRejection().violations(0).detail(), "At most 2 bytes; got 3.");
}

TEST_F(ValidateTest, RefusesIdsThatAreNotCanonicalUuids) {
  for (const char* id : {"x", "018F0000-0000-7000-8000-000000000001", "00000000-0000-0000-0000-000000000000"}) {
    request_.set_echo_id(id);
    EXPECT_THAT(Check(), ElementsAre("FIELD_INVALID echo_id")) << id;
  }
}

TEST_F(ValidateTest, AnEmptyIdThatIsChosenInAOneofIsNotLeftOut) {
  request_.mutable_detail()->set_channel(common::v1::CHANNEL_LETTER);
  request_.mutable_detail()->add_names("x");
  request_.mutable_detail()->mutable_place()->set_place_id("");
  EXPECT_THAT(Check(), ElementsAre("FIELD_INVALID detail.place.place_id"));
}

TEST_F(ValidateTest, RefusesCodesThatAreUnknownOrUnspecified) {
  request_.set_channel(static_cast<common::v1::Channel>(99));
  request_.add_channels(common::v1::CHANNEL_UNSPECIFIED);
  request_.mutable_detail()->set_channel(common::v1::CHANNEL_UNSPECIFIED);
  request_.mutable_detail()->add_names("x");
  request_.mutable_detail()->mutable_place()->set_channel(common::v1::CHANNEL_UNSPECIFIED);
  EXPECT_THAT(Check(), ElementsAre("FIELD_INVALID channel", "FIELD_REQUIRED detail.channel", "FIELD_INVALID detail.place.channel",
                                   "FIELD_INVALID channels[0]"));
}

TEST_F(ValidateTest, RefusesTimesThatDoNotExist) {
  request_.mutable_occurred_at();
  auto& detail = *request_.mutable_detail();
  detail.set_channel(common::v1::CHANNEL_LETTER);
  detail.mutable_place();
  detail.add_names("x");
  detail.mutable_instant()->set_nanos(-1);
  detail.mutable_day()->set_year(2023);
  detail.mutable_day()->set_month(2);
  detail.mutable_day()->set_day(29);
  detail.mutable_time()->set_hours(24);
  EXPECT_THAT(Check(), ElementsAre("FIELD_INVALID occurred_at", "FIELD_INVALID detail.instant", "FIELD_INVALID detail.day",
                                   "FIELD_INVALID detail.time"));
}

TEST_F(ValidateTest, RefusesTextsThatAreNotNormalised) {
  request_.set_text("a\xcc\x8a");
  request_.add_words("\x01");
  EXPECT_THAT(Check(), ElementsAre("TEXT_INVALID text", "TEXT_INVALID words[0]"));
}

TEST_F(ValidateTest, RefusesFieldsThatThisServerDoesNotKnow) {
  auto& part = *request_.add_parts();
  part.set_text("x");
  part.GetReflection()->MutableUnknownFields(&part)->AddVarint(77, 1);
  EXPECT_THAT(Check(), ElementsAre("NOT_SUPPORTED parts[0].#77"));
}

TEST_F(ValidateTest, StopsCountingAtABound) {
  limits_.list_items = 5000;
  for (int i = 0; i < 5000; ++i) request_.add_channels(static_cast<common::v1::Channel>(99));
  EXPECT_THAT(Check(), SizeIs(1000));
}

TEST(RequestReader, RefusesBytesThatDoNotParseWithTheField) {
  const RequestRules rules(*EchoRequest::descriptor());
  EchoRequest request;
  const auto text = RejectionOf(ReadRequest("\x0a\x01\xff", rules, CallLimits(), request));
  EXPECT_EQ(text->violations(0).reason(), Reason::REASON_TEXT_INVALID);
  EXPECT_EQ(text->violations(0).field(), "text");
  const auto broken = RejectionOf(ReadRequest("\x0a\x09z", rules, CallLimits(), request));
  EXPECT_EQ(broken->violations(0).reason(), Reason::REASON_REQUEST_MALFORMED);
}

}  // namespace
}  // namespace sip
