#include "libs/rpc/status.h"

#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Uuid kCorrelation = *Uuid::Parse("018f0000-0000-7000-8000-000000000001");

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <typename Detail>
int Count(const google::rpc::Status& details) {
  int count = 0;
  for (const auto& detail : details.details()) count += detail.Is<Detail>() ? 1 : 0;
  return count;
}

grpc::Status Convert(const absl::Status& status, Language language = Language::kEnglish) {
  return ToGrpcStatus(status, language, kCorrelation);
}

TEST(Status, CarriesReasonRuleFieldsAndWhatToDo) {
  Violations violations;
  violations.Add(Reason::REASON_END_BEFORE_START, "CON-05", "end", "The start is later.");
  violations.Add(Reason::REASON_FIELD_REQUIRED, "", "text");
  const grpc::Status status = Convert(ToStatus(violations.ToRejection()));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorDescription described = DescribeError(status);
  EXPECT_EQ(described.reason, "END_BEFORE_START");
  EXPECT_EQ(described.rule, "CON-05");
  EXPECT_EQ(described.total, 2u);
  EXPECT_EQ(described.correlation_id, kCorrelation.ToString());
  ASSERT_THAT(described.items, SizeIs(2));
  EXPECT_EQ(described.items[0].field, "end");
  EXPECT_EQ(described.items[0].text, "CON-05: The end lies before the start. The start is later.");
  EXPECT_THAT(ToText(described), HasSubstr("what to do: Send an end that is after the start."));
}

TEST(Status, HasExactlyOneErrorInfoInTheSipDomain) {
  const google::rpc::Status details = DetailsOf(Convert(RejectionStatus(Reason::REASON_CASE_CLOSED, "INI-12")));
  EXPECT_EQ(Count<google::rpc::ErrorInfo>(details), 1);
  EXPECT_EQ(Count<google::rpc::PreconditionFailure>(details), 1);
  EXPECT_EQ(Count<google::rpc::BadRequest>(details), 0);
  EXPECT_EQ(Count<google::rpc::RetryInfo>(details), 0);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "sip");
  EXPECT_EQ(info.metadata().at("rule"), "INI-12");
}

TEST(Status, NeverExceedsFourKibibytesAndKeepsThePrimaryViolation) {
  Violations violations;
  const std::string path(5000, 'p');
  for (int i = 0; i < 500; ++i) violations.Add(Reason::REASON_FIELD_INVALID, std::string(100, 'R'), path, std::string(5000, 'd'));
  for (const Language language : {Language::kEnglish, Language::kSwedish}) {
    const grpc::Status status = Convert(ToStatus(violations.ToRejection()), language);
    EXPECT_LE(status.error_details().size(), kMaxStatusBytes);
    const ErrorDescription described = DescribeError(status);
    EXPECT_EQ(described.total, 500u);
    EXPECT_THAT(described.items, Not(IsEmpty()));
    EXPECT_THAT(ToText(described), HasSubstr(" more\n"));
  }
}

TEST(Status, UsesTheRoomThereIs) {
  Violations violations;
  for (int i = 0; i < 500; ++i) violations.Add(Reason::REASON_FIELD_REQUIRED, "", "f" + std::to_string(i));
  const grpc::Status status = Convert(ToStatus(violations.ToRejection()));
  EXPECT_LE(status.error_details().size(), kMaxStatusBytes);
  EXPECT_GT(status.error_details().size(), kMaxStatusBytes - 300);
}

TEST(Status, EveryReasonFits) {
  const auto& reasons = *common::v1::Reason_descriptor();
  for (int i = 1; i < reasons.value_count(); ++i) {
    for (const Language language : {Language::kEnglish, Language::kSwedish}) {
      const grpc::Status status = Convert(RejectionStatus(static_cast<Reason>(reasons.value(i)->number())), language);
      EXPECT_LE(status.error_details().size(), kMaxStatusBytes);
      EXPECT_EQ("REASON_" + DescribeError(status).reason, reasons.value(i)->name());
      EXPECT_THAT(DescribeError(status).next_step, Not(IsEmpty()));
    }
  }
}

TEST(Status, AbsentAndForbiddenTellNothingElse) {
  Violations violations;
  violations.Add(Reason::REASON_CASE_CLOSED, "INI-12", "case_id");
  violations.Add(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "X-1", "plan_id", "secret detail");
  const grpc::Status status = Convert(ToStatus(violations.ToRejection()));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  const grpc::Status absent = Convert(RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED));
  EXPECT_EQ(ToText(DescribeError(status)), ToText(DescribeError(absent)));
  EXPECT_EQ(status.error_details().size(), absent.error_details().size());
  EXPECT_EQ(DescribeError(status).total, 1u);
}

TEST(Status, OverloadAndUnreachabilitySayWhenToRetry) {
  const grpc::Status unavailable = Convert(RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "", "17 records behind."));
  EXPECT_EQ(unavailable.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(unavailable.error_message(), HasSubstr("17 records behind."));
  EXPECT_EQ(DescribeError(unavailable).retry_after, absl::Seconds(1));
  EXPECT_EQ(DescribeError(Convert(RejectionStatus(Reason::REASON_OVERLOADED))).retry_after, absl::Milliseconds(200));
}

TEST(Status, FailuresOfOursHideWhatHappened) {
  for (const absl::Status& raw : {absl::InternalError("secret"), absl::DataLossError("secret"), absl::NotFoundError("secret"),
                                  absl::FailedPreconditionError("secret"), absl::UnknownError("secret")}) {
    const grpc::Status status = Convert(raw);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("secret")));
    EXPECT_EQ(DescribeError(status).correlation_id, kCorrelation.ToString());
  }
}

TEST(Status, StatusesAboutTimeLoadAndReachabilityNeedNoRejection) {
  EXPECT_EQ(DescribeError(Convert(absl::DeadlineExceededError("x"))).reason, "DEADLINE_PASSED");
  EXPECT_EQ(DescribeError(Convert(absl::UnavailableError("x"))).reason, "UNAVAILABLE");
  EXPECT_EQ(DescribeError(Convert(absl::ResourceExhaustedError("x"))).reason, "OVERLOADED");
}

TEST(Status, SpeaksSwedishWhenAsked) {
  const google::rpc::Status details = DetailsOf(Convert(RejectionStatus(Reason::REASON_CASE_CLOSED), Language::kSwedish));
  google::rpc::LocalizedMessage message;
  for (const auto& detail : details.details()) detail.UnpackTo(&message);
  EXPECT_EQ(message.locale(), "sv");
  EXPECT_EQ(message.message(), "Ärendet är avslutat. Återöppna ärendet först.");
}

TEST(Status, WhatTheTransportSaysIsDescribedToo) {
  const ErrorDescription described = DescribeError(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  EXPECT_EQ(described.reason, "");
  EXPECT_EQ(ToText(described), "UNAVAILABLE: connection refused\n");
}

}  // namespace
}  // namespace sip
