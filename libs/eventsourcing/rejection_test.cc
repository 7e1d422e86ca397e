#include "libs/eventsourcing/rejection.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

TEST(RejectionTest, TheViolationThatDecidesTheCodeComesFirst) {
  Violations violations;
  EXPECT_TRUE(violations.empty());
  violations.Add(Reason::REASON_CASE_CLOSED, "INI-12");
  violations.Add(Reason::REASON_STREAM_VERSION_MOVED, "");
  violations.Add(Reason::REASON_FIELD_REQUIRED, "", "plan_id");
  violations.Add(Reason::REASON_FIELD_INVALID, "", "case_id");
  violations.Add(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "");
  const Rejection rejection = violations.ToRejection();
  std::vector<Reason> order;
  for (const Violation& violation : rejection.violations()) order.push_back(violation.reason());
  EXPECT_EQ(order,
            (std::vector<Reason>{Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, Reason::REASON_FIELD_REQUIRED,
                                 Reason::REASON_FIELD_INVALID, Reason::REASON_STREAM_VERSION_MOVED, Reason::REASON_CASE_CLOSED}));
  EXPECT_EQ(ToStatus(rejection).code(), absl::StatusCode::kNotFound);
}

TEST(RejectionTest, AStatusCarriesTheWholeRejection) {
  const Rejection rejection = Reject(Reason::REASON_LIMIT_EXCEEDED, "PLN-01", "goals", "at most 50");
  const absl::Status status = ToStatus(rejection);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto carried = RejectionOf(status);
  ASSERT_TRUE(carried.has_value());
  EXPECT_EQ(carried->SerializeAsString(), rejection.SerializeAsString());
}

TEST(RejectionTest, OtherStatusesCarryNone) {
  EXPECT_EQ(RejectionOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(RejectionOf(absl::InternalError("x")), std::nullopt);
}

TEST(RejectionTest, EveryReasonHasACodeTextsAndAdviceInBothLanguages) {
  const auto* reasons = common::v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    if (reasons->value(i)->number() == 0) continue;
    const common::v1::ReasonRules& rules = RulesOf(static_cast<Reason>(reasons->value(i)->number()));
    EXPECT_TRUE(rules.code() > 0 && !rules.en().empty() && !rules.sv().empty() && !rules.next_en().empty() &&
                !rules.next_sv().empty())
        << reasons->value(i)->name();
  }
}

}  // namespace
}  // namespace sip
