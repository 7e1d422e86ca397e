#include "libs/rocks/fault_injection.h"

#include <gtest/gtest.h>

#include <set>

#include "libs/rocks/database.h"
#include "libs/rocks/files.h"

namespace sip {
namespace {

absl::Status Write(RocksDatabase& database, absl::string_view key, Durability durability) {
  RocksBatch batch;
  batch.Put(key, "");
  return database.Write(batch, durability);
}

class FaultInjectionTest : public testing::Test {
 protected:
  std::unique_ptr<RocksDatabase> Open() {
    auto database = RocksDatabase::Open({.path = "/database", .only_copy = true, .memory = faults_.files()});
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  RocksFaults faults_;
};

TEST_F(FaultInjectionTest, PowerLossKeepsWhatWasSyncedAndAFailedSyncIsReported) {
  {
    const auto database = Open();
    ASSERT_TRUE(Write(*database, "synced", Durability::kSynced).ok());
    ASSERT_TRUE(Write(*database, "not synced", Durability::kWhenFlushed).ok());
    faults_.FailSyncs(true);
    EXPECT_FALSE(Write(*database, "failed", Durability::kSynced).ok());
    EXPECT_FALSE(Write(*database, "after a failure", Durability::kSynced).ok());
  }
  faults_.LosePower();
  faults_.FailSyncs(false);
  const auto database = Open();
  EXPECT_TRUE(database->Get("synced").value().has_value());
  EXPECT_FALSE(database->Get("not synced").value().has_value());
  EXPECT_FALSE(database->Get("failed").value().has_value());
  EXPECT_FALSE(database->Get("after a failure").value().has_value());
}

TEST_F(FaultInjectionTest, WhatANameStoodForBeforeAnUnsyncedRenameMayComeBack) {
  const RocksFiles files(faults_.files());
  ASSERT_TRUE(files.Replace("/file", "old", Durability::kSynced).ok());
  const RocksFaults::Image before = faults_.image();
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    faults_.SetImage(before);
    ASSERT_TRUE(files.Replace("/file", "new", Durability::kWhenFlushed).ok());
    faults_.LosePower(seed);
    seen.insert(files.Read("/file").value().value_or("none"));
  }
  EXPECT_EQ(seen.count("old"), 1u);
  EXPECT_EQ(seen.count("new"), 1u);
  EXPECT_EQ(seen.count(""), 1u);
  EXPECT_GT(seen.size(), 5u) << "torn in many ways";
  EXPECT_EQ(seen.count("none"), 0u);
}

TEST_F(FaultInjectionTest, TheOperationThatWasNamedFails) {
  const RocksFiles files(faults_.files());
  faults_.Fail(RocksFaults::Failure{RocksFaults::Fault::kNoSpace, 1, false});
  EXPECT_EQ(files.Replace("/file", "bytes", Durability::kSynced).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(faults_.Failed());
  EXPECT_EQ(files.Replace("/file", "bytes", Durability::kSynced), absl::OkStatus());
  faults_.Fail(RocksFaults::Failure{RocksFaults::Fault::kFailedSync, 1, true});
  EXPECT_FALSE(files.Replace("/file", "bytes", Durability::kSynced).ok());
  EXPECT_FALSE(files.Replace("/file", "bytes", Durability::kSynced).ok());
  faults_.Fail(std::nullopt);
  EXPECT_EQ(files.Replace("/file", "bytes", Durability::kSynced), absl::OkStatus());
}

}  // namespace
}  // namespace sip
