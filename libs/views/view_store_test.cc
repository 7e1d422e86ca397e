#include "libs/views/view_store.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "libs/views/memory_view.h"
#include "rapidcheck/gtest.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ViewStoreTest : public ::testing::Test {
 protected:
  ViewStoreTest() { Reopen(); }

  void Reopen() {
    store_ = nullptr;
    auto store = ViewStore::Open({.path = "/view", .memory = memory_});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  void Put(const std::map<std::string, std::string>& rows) {
    const auto transaction = store_->Begin();
    for (const auto& [key, value] : rows) transaction->Put(key, value);
    ASSERT_THAT(store_->Commit(*transaction, {}), IsOk());
  }
  static std::vector<std::string> Keys(const ViewReader& reader, const ViewRange& range) {
    std::vector<std::string> keys;
    EXPECT_THAT(reader.Scan(range,
                            [&](absl::string_view key, absl::string_view) {
                              keys.emplace_back(key);
                              return true;
                            }),
                IsOk());
    return keys;
  }
  static ViewCheckpoint CheckpointAt(const std::string& log, uint32_t partition, uint64_t next_idx) {
    ViewCheckpoint checkpoint{log, partition, {}};
    checkpoint.checkpoint.cursor = next_idx * 2;
    checkpoint.checkpoint.fold.started = true;
    checkpoint.checkpoint.fold.log_id = "0123456789abcdef";
    checkpoint.checkpoint.fold.next_idx = next_idx;
    return checkpoint;
  }

  const std::shared_ptr<void> memory_ = NewRocksMemory();
  std::unique_ptr<ViewStore> store_;
};

TEST_F(ViewStoreTest, KeepsRowsAndCheckpointsOverAReopen) {
  const auto transaction = store_->Begin();
  transaction->Put("a", "1");
  ASSERT_THAT(store_->Commit(*transaction, {CheckpointAt("sip.b", 1, 7), CheckpointAt("sip.a", 0, 3)}), IsOk());
  Reopen();
  EXPECT_EQ(*store_->Snapshot()->Get("a"), "1");
  EXPECT_EQ(*store_->Snapshot()->Get("b"), std::nullopt);
  const auto checkpoints = store_->Checkpoints();
  ASSERT_THAT(checkpoints, IsOk());
  EXPECT_THAT(*checkpoints, ElementsAre(CheckpointAt("sip.a", 0, 3), CheckpointAt("sip.b", 1, 7)));
}

TEST_F(ViewStoreTest, ReplacesACheckpoint) {
  for (const uint64_t next : {1u, 2u}) ASSERT_THAT(store_->Commit(*store_->Begin(), {CheckpointAt("sip.a", 0, next)}), IsOk());
  EXPECT_THAT(*store_->Checkpoints(), ElementsAre(CheckpointAt("sip.a", 0, 2)));
}

TEST_F(ViewStoreTest, ScansPages) {
  Put({{"a", ""}, {"b", ""}, {"b1", ""}, {"b2", ""}, {"c", ""}});
  const auto reader = store_->Snapshot();
  EXPECT_THAT(Keys(*reader, {}), ElementsAre("a", "b", "b1", "b2", "c"));
  EXPECT_THAT(Keys(*reader, {.prefix = "b"}), ElementsAre("b", "b1", "b2"));
  EXPECT_THAT(Keys(*reader, {.prefix = "b", .limit = 2}), ElementsAre("b", "b1"));
  EXPECT_THAT(Keys(*reader, {.prefix = "b", .start_after = "b1"}), ElementsAre("b2"));
  EXPECT_THAT(Keys(*reader, {.limit = 0}), IsEmpty());
}

TEST_F(ViewStoreTest, ASnapshotDoesNotSeeWhatComesLater) {
  Put({{"a", "1"}});
  const auto reader = store_->Snapshot();
  Put({{"a", "2"}, {"b", "1"}});
  EXPECT_EQ(*reader->Get("a"), "1");
  EXPECT_THAT(Keys(*reader, {}), ElementsAre("a"));
}

TEST_F(ViewStoreTest, ATransactionIsNotSeenBeforeItIsCommitted) {
  const auto transaction = store_->Begin();
  transaction->Put("a", "1");
  EXPECT_EQ(*store_->Snapshot()->Get("a"), std::nullopt);
}

// Whatever is written, in one transaction or several, reads as in memory.
RC_GTEST_PROP(ViewTransactionProperty, ReadsAndWritesAsInMemory,
              (const std::vector<std::tuple<uint8_t, uint8_t, uint8_t>>& steps)) {
  auto store = *ViewStore::Open({.path = "/view", .memory = NewRocksMemory()});
  MemoryView expected;
  auto transaction = store->Begin();
  const auto dump = [](ViewBatch& view, absl::string_view prefix) {
    std::string text;
    view.Scan(prefix, [&](absl::string_view key, absl::string_view value) {
      absl::StrAppend(&text, key, "=", value, ";");
      return text.size() < 60;
    });
    return text;
  };
  for (const auto& [what, key_number, value] : steps) {
    const std::string key = absl::StrCat(key_number % 3, "-", key_number % 7);
    switch (what % 4) {
      case 0:
      case 1:
        expected.Put(key, std::string(1, static_cast<char>('a' + value % 26)));
        transaction->Put(key, std::string(1, static_cast<char>('a' + value % 26)));
        break;
      case 2:
        expected.Delete(key);
        transaction->Delete(key);
        break;
      default:
        RC_ASSERT(store->Commit(*transaction, {}).ok());
        transaction = store->Begin();
    }
    RC_ASSERT(transaction->Get(key) == expected.Get(key));
    RC_ASSERT(dump(*transaction, "") == dump(expected, ""));
    RC_ASSERT(dump(*transaction, key.substr(0, 2)) == dump(expected, key.substr(0, 2)));
  }
  RC_ASSERT(transaction->status().ok());
}

}  // namespace
}  // namespace sip
