#include "libs/rocks/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace sip {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  std::unique_ptr<RocksDatabase> Open() {
    auto database = RocksDatabase::Open({.path = "/database", .memory = memory_});
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  static void Put(RocksDatabase& database, absl::string_view key, absl::string_view value) {
    RocksBatch batch;
    batch.Put(key, value);
    ASSERT_TRUE(database.Write(batch, Durability::kWhenFlushed).ok());
  }

  static std::map<std::string, std::string> Rows(const RocksSnapshot& from, const RocksRange& range) {
    std::map<std::string, std::string> rows;
    EXPECT_TRUE(from.Scan(range,
                          [&](absl::string_view key, absl::string_view value) {
                            rows[std::string(key)] = std::string(value);
                            return true;
                          })
                    .ok());
    return rows;
  }

  const std::shared_ptr<void> memory_ = NewRocksMemory();
};

using Map = std::map<std::string, std::string>;

TEST_F(DatabaseTest, ABatchIsThereAsAWholeAlsoAfterReopening) {
  {
    const auto database = Open();
    RocksBatch batch;
    EXPECT_TRUE(batch.empty());
    batch.Put("a", "1");
    batch.Put("b", "2");
    batch.Delete("a");
    EXPECT_FALSE(batch.empty());
    ASSERT_TRUE(database->Write(batch, Durability::kSynced).ok());
  }
  const auto database = Open();
  EXPECT_EQ(*database->Get("a"), std::nullopt);
  EXPECT_EQ(*database->Get("b"), "2");
}

TEST_F(DatabaseTest, AScanKeepsToItsPrefixAndStart) {
  const auto database = Open();
  for (const char* key : {"a1", "b1", "b2", "b3", "c1"}) Put(*database, key, key);
  EXPECT_EQ(Rows(*database, {.prefix = "b"}), (Map{{"b1", "b1"}, {"b2", "b2"}, {"b3", "b3"}}));
  EXPECT_EQ(Rows(*database, {.prefix = "b", .start = "b2", .sequential = true}), (Map{{"b2", "b2"}, {"b3", "b3"}}));
  EXPECT_EQ(Rows(*database, {.prefix = "x"}), Map{});
  EXPECT_EQ(Rows(*database, {}).size(), 5u);
}

TEST_F(DatabaseTest, ASnapshotDoesNotSeeLaterWrites) {
  const auto database = Open();
  Put(*database, "a", "1");
  const auto snapshot = database->Snapshot();
  Put(*database, "a", "2");
  Put(*database, "b", "2");
  EXPECT_EQ(*snapshot->Get("a"), "1");
  EXPECT_EQ(Rows(*snapshot, {}), (Map{{"a", "1"}}));
  EXPECT_EQ(*database->Get("a"), "2");
}

TEST_F(DatabaseTest, DeleteRangeLeavesItsEnd) {
  const auto database = Open();
  for (const char* key : {"a", "b", "c"}) Put(*database, key, key);
  RocksBatch batch;
  batch.DeleteRange("a", "c");
  ASSERT_TRUE(database->Write(batch, Durability::kWhenFlushed).ok());
  EXPECT_EQ(Rows(*database, {}), (Map{{"c", "c"}}));
}

TEST_F(DatabaseTest, TheSameFolderIsNotOpenedTwice) {
  const std::string path = testing::TempDir() + "/twice";
  const auto first = RocksDatabase::Open({.path = path});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(RocksDatabase::Open({.path = path}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(DatabaseTest, BulkLoadedRowsAreTheDatabase) {
  const auto loader = NewRocksBulkLoader({.path = "/database", .memory = memory_});
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE((*loader)->Put("a", "1").ok());
  ASSERT_TRUE((*loader)->Put("b", "2").ok());
  EXPECT_FALSE((*loader)->Put("a", "out of order").ok());
  ASSERT_TRUE((*loader)->Finish().ok());
  EXPECT_EQ(Rows(*Open(), {}), (Map{{"a", "1"}, {"b", "2"}}));
}

TEST_F(DatabaseTest, BulkLoadingNothingGivesAnEmptyDatabase) {
  const auto loader = NewRocksBulkLoader({.path = "/database", .memory = memory_});
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE((*loader)->Finish().ok());
  EXPECT_EQ(Rows(*Open(), {}), Map{});
}

TEST_F(DatabaseTest, TheLastRowUpToALimitIsFound) {
  const auto database = Open();
  EXPECT_EQ(database->LastUpTo("z").value(), std::nullopt);
  for (const char* key : {"b", "d"}) Put(*database, key, key);
  EXPECT_EQ(database->LastUpTo("a").value(), std::nullopt);
  EXPECT_EQ(database->LastUpTo("c").value(), std::make_pair(std::string("b"), std::string("b")));
  EXPECT_EQ(database->LastUpTo("d").value(), std::make_pair(std::string("d"), std::string("d")));
}

TEST(ReadOnlyDatabaseTest, LooksWithoutLocking) {
  const std::string path = testing::TempDir() + "/read_only_database_test";
  // What an earlier run has left would be cleared away in the background while the reader looks.
  std::filesystem::remove_all(path);
  const auto database = RocksDatabase::Open({.path = path});
  ASSERT_TRUE(database.ok()) << database.status();
  RocksBatch batch;
  batch.Put("a", "1");
  ASSERT_TRUE((*database)->Write(batch, Durability::kSynced).ok());
  EXPECT_EQ(RocksDatabase::Open({.path = path}).status().code(), absl::StatusCode::kUnavailable);
  const auto reader = RocksDatabase::Open({.path = path, .read_only = true});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->Get("a").value(), "1");
  RocksBatch refused;
  refused.Put("b", "2");
  EXPECT_FALSE((*reader)->Write(refused, Durability::kSynced).ok());
}

}  // namespace
}  // namespace sip
