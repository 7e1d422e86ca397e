#include "libs/codec/event_kinds.h"

#include <gtest/gtest.h>

#include "sip/log/v1/record.pb.h"

namespace sip {
namespace {

TEST(EventKindsTest, FindsAKindInAnyPart) {
  log::v1::Payload payload;
  payload.set_salt("0123456789abcdef");
  payload.add_parts()->set_kind("sip.plans.v1.DraftPlanRequest");
  log::v1::Part& skeleton = *payload.add_parts();
  skeleton.set_part_id(1);
  skeleton.set_kind("sip.plans.v1.PlanDrafted");
  skeleton.set_data("whatever");
  const std::string bytes = payload.SerializeAsString();
  EXPECT_EQ(HoldsKindOf(bytes, {"sip.plans.v1.PlanDrafted"}).value(), true);
  EXPECT_EQ(HoldsKindOf(bytes, {"sip.plans.v1.PlanClosed", "whatever"}).value(), false);
  EXPECT_EQ(HoldsKindOf("", {"sip.plans.v1.PlanDrafted"}).value(), false);
}

TEST(EventKindsTest, GarbageIsDataLoss) { EXPECT_EQ(HoldsKindOf("\xff\xff", {"x"}).status().code(), absl::StatusCode::kDataLoss); }

}  // namespace
}  // namespace sip
