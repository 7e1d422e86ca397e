#include "libs/views/case_memo.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sip {
namespace {

using TextMemo = CaseMemo<std::string>;

Uuid Case(int number) { return MakeUuidV8(absl::StrCat(number, "-sixteen-bytes-..")); }

TextMemo::Options Options(size_t max_bytes) {
  return {.max_bytes = max_bytes, .bytes_of = [](const std::string& text) { return text.size(); }};
}

TEST(CaseMemoTest, AValueIsKeptUntilItsCaseChanges) {
  TextMemo memo(Options(1 << 20));
  EXPECT_EQ(memo.Find(Case(1)), nullptr);
  memo.Keep(Case(1), 0, "one");
  memo.Keep(Case(2), 0, "two");
  memo.OnCommit(1, {Case(2)});
  ASSERT_NE(memo.Find(Case(1)), nullptr);
  EXPECT_EQ(*memo.Find(Case(1)), "one");
  EXPECT_EQ(memo.Find(Case(2)), nullptr);
  memo.Keep(Case(2), 1, "two again");
  EXPECT_EQ(*memo.Find(Case(2)), "two again");
  EXPECT_EQ(memo.counts().found, 3u);
  EXPECT_EQ(memo.counts().missed, 2u);
}

TEST(CaseMemoTest, WhatWasReadBeforeAChangeIsNotKeptAfterIt) {
  TextMemo memo(Options(1 << 20));
  memo.OnCommit(7, {Case(1)});
  EXPECT_EQ(*memo.Keep(Case(1), 6, "old"), "old");
  EXPECT_EQ(memo.Find(Case(1)), nullptr);
  memo.Keep(Case(1), 7, "new");
  EXPECT_NE(memo.Find(Case(1)), nullptr);
}

TEST(CaseMemoTest, ARecordOfNoCaseMayConcernAll) {
  TextMemo memo(Options(1 << 20));
  for (int i = 0; i < 100; ++i) memo.Keep(Case(i), 0, "text");
  memo.OnCommit(1, {Case(1), Uuid()});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(memo.Find(Case(i)), nullptr);
  EXPECT_EQ(memo.counts().bytes, 0u);
  memo.Keep(Case(1), 0, "old");
  EXPECT_EQ(memo.Find(Case(1)), nullptr);
}

TEST(CaseMemoTest, TheLongestUnusedGoesWhenThereIsNoRoom) {
  constexpr size_t kLimit = 16'000;
  TextMemo memo(Options(kLimit));
  memo.Keep(Case(0), 0, std::string(100, 'x'));
  for (int i = 1; i < 1000; ++i) {
    memo.Keep(Case(i), 0, std::string(100, 'x'));
    EXPECT_NE(memo.Find(Case(0)), nullptr) << "it was used just now";
    EXPECT_LE(memo.counts().bytes, kLimit);
  }
  EXPECT_EQ(memo.Find(Case(1)), nullptr);
  EXPECT_NE(memo.Find(Case(999)), nullptr);
}

TEST(CaseMemoTest, WhatIsTooLargeIsNotKept) {
  TextMemo memo(Options(1600));
  EXPECT_EQ(memo.Keep(Case(1), 0, std::string(1000, 'x'))->size(), 1000u);
  EXPECT_EQ(memo.Find(Case(1)), nullptr);
  TextMemo none(Options(0));
  none.Keep(Case(1), 0, "");
  EXPECT_EQ(none.Find(Case(1)), nullptr);
}

// Readers keep what they read while a writer goes on: whoever was told of a commit never finds an older value.
TEST(CaseMemoTest, NobodyFindsAnOlderValueThanHeWasToldOf) {
  constexpr int kCommits = 2000;
  constexpr int kCases = 3;
  constexpr size_t kReaders = 2;
  const auto store = ViewStore::Open({.path = "/view", .memory = NewRocksMemory()});
  ASSERT_TRUE(store.ok()) << store.status();
  TextMemo memo(Options(1 << 20));
  (*store)->AddListener(memo);
  std::atomic<int> told = -1;
  const auto read = [&](int number) {
    if (const auto kept = memo.Find(Case(number)); kept != nullptr) return *kept;
    const auto reader = (*store)->Snapshot();
    const auto row = reader->Get(absl::StrCat("row", number));
    EXPECT_TRUE(row.ok());
    return *memo.Keep(Case(number), reader->commit(), row->value_or("-1"));
  };
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (size_t r = 0; r < kReaders; ++r) {
    readers.emplace_back([&] {
      for (int least = told; least < kCommits - 1; least = told) {
        for (int number = 0; number < kCases; ++number) {
          int found = 0;
          ASSERT_TRUE(absl::SimpleAtoi(read(number), &found));
          // Case `number` was written by the commits number, number + kCases, ….
          const int expected = least < number ? -1 : least - (least - number) % kCases;
          ASSERT_GE(found, expected);
        }
      }
    });
  }
  for (int commit = 0; commit < kCommits; ++commit) {
    const auto transaction = (*store)->Begin();
    transaction->Concerns(Case(commit % kCases));
    transaction->Put(absl::StrCat("row", commit % kCases), absl::StrCat(commit));
    ASSERT_TRUE((*store)->Commit(*transaction, {}).ok());
    told = commit;
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(memo.counts().found, 0u);
}

}  // namespace
}  // namespace sip
