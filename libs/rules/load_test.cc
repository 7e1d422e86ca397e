#include "libs/rules/load.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "libs/testing/matchers.h"

namespace sip {
namespace {

constexpr char kTwoAgencies[] = R"(
  agencies { agency_id: "region-x" kind: AGENCY_KIND_REGION name: "X" rule_set_owner: "skl" }
  agencies { agency_id: "vard-x" kind: AGENCY_KIND_PRIVATE_PROVIDER name: "V" rule_set_owner: "skl" acts_for_agency_id: "region-x" }
)";

TEST(LoadTest, TheShippedRuleSetsAreValid) {
  const auto rule_sets = LoadRuleSets("deploy/rules");
  ASSERT_THAT(rule_sets, IsOk());
  ASSERT_FALSE(rule_sets->empty());
  EXPECT_EQ(rule_sets->front().id(), "skl/2018-01-01");
}

TEST(LoadTest, TheShippedDirectoryIsValid) {
  const auto directory = LoadAgencyDirectory("deploy/config/agencies.txtpb");
  ASSERT_THAT(directory, IsOk());
  EXPECT_GT(directory->agencies_size(), 0);
}

TEST(LoadTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(LoadRuleSets("no/such/place"), StatusIs(absl::StatusCode::kNotFound, "no/such/place"));
  EXPECT_THAT(LoadAgencyDirectory("no/such/file"), StatusIs(absl::StatusCode::kNotFound, "no/such/file"));
}

TEST(LoadTest, AMistypedFieldIsNamedWithItsLine) {
  EXPECT_THAT(ParseRuleSet("id: \"x\"\nowmer: \"skl\"\n", "x.txtpb"), StatusIs(absl::StatusCode::kInvalidArgument, "x.txtpb:2:"));
}

TEST(LoadTest, EveryBreachOfASetIsNamed) {
  const auto result = ParseRuleSet("owner: \"skl\"", "x.txtpb");
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "x.txtpb: title: It is required."));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "CON-01"));
}

TEST(LoadTest, AFileInAnotherPlaceThanItsIdSaysIsRefused) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "rules_load_test" / "other";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file("deploy/rules/skl/2018-01-01.txtpb", folder / "2018-01-01.txtpb",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(LoadRuleSets(folder.parent_path().string()),
              StatusIs(absl::StatusCode::kInvalidArgument, "must be 'other/2018-01-01'"));
}

TEST(LoadTest, ADirectoryIsCheckedAsAWhole) {
  EXPECT_THAT(ParseAgencyDirectory(kTwoAgencies, "a"), IsOk());
  EXPECT_THAT(ParseAgencyDirectory(std::string(kTwoAgencies) + kTwoAgencies, "a"),
              StatusIs(absl::StatusCode::kInvalidArgument, "'region-x' stands there twice"));
  const auto result = ParseAgencyDirectory(
      R"(agencies { agency_id: "v" kind: AGENCY_KIND_PRIVATE_PROVIDER acts_for_agency_id: "nobody" }
         agencies { agency_id: "r" kind: AGENCY_KIND_REGION name: "R" rule_set_owner: "skl" acts_for_agency_id: "v" })",
      "a");
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "agency 'v': name is required"));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "must name a region or municipality"));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "only a private provider acts for another"));
}

}  // namespace
}  // namespace sip
