#include "libs/log_rocks/chunk.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "absl/strings/escaping.h"

namespace sip {
namespace {

std::string TwoRecords(uint64_t number) {
  ChunkBuilder builder;
  builder.Add(1, 2, RecordView{RecordKind::kCommand, "h", "pp"});
  builder.Add(3, 4, RecordView{RecordKind::kClaim, "c", ""});
  return builder.Finish(number);
}

absl::Status Visit(uint64_t number, absl::string_view value) {
  return VisitChunk(number, value, [](const ChunkEntry&) { return absl::OkStatus(); });
}

// Never change these: folders written by any release must stay readable.
TEST(ChunkTest, HasItsPinnedBytes) {
  const std::string value = TwoRecords(7);
  EXPECT_EQ(absl::BytesToHexString(absl::string_view(value).substr(0, value.size() - 4)),
            "5349504301"
            "00010000000200000010"
            "5349503103"
            "00000001"
            "68"
            "00000002"
            "7070"
            "0003000000040000000e"
            "5349503102"
            "00000001"
            "63"
            "00000000");
  EXPECT_EQ(absl::BytesToHexString(ChunkKey(7)), "0000000000000007");
  EXPECT_EQ(ChunkNumber(ChunkKey(7)).value(), 7u);
  EXPECT_FALSE(ChunkNumber("short").ok());
}

TEST(ChunkTest, RecordsComeBackInOrder) {
  std::vector<std::string> seen;
  const std::string value = TwoRecords(7);
  ASSERT_TRUE(VisitChunk(7, value, [&](const ChunkEntry& entry) {
                seen.push_back(std::to_string(entry.log) + "/" + std::to_string(entry.partition) + " " +
                               std::string(entry.record.header) + " " + std::string(entry.record.payload));
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"1/2 h pp", "3/4 c "}));
}

TEST(ChunkTest, AVisitorEndsTheVisit) {
  const std::string value = TwoRecords(7);
  int visits = 0;
  EXPECT_EQ(VisitChunk(7, value,
                       [&](const ChunkEntry&) {
                         ++visits;
                         return absl::CancelledError("enough");
                       })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(visits, 1);
}

TEST(ChunkTest, ABuilderCanBeUsedAgain) {
  ChunkBuilder builder;
  EXPECT_TRUE(builder.empty());
  builder.Add(1, 2, RecordView{RecordKind::kCommand, "h", ""});
  EXPECT_FALSE(builder.empty());
  const std::string first = builder.Finish(0);
  EXPECT_TRUE(builder.empty());
  builder.Add(1, 2, RecordView{RecordKind::kCommand, "h", ""});
  EXPECT_EQ(builder.Finish(0), first);
}

TEST(ChunkTest, AChunkInAnothersPlaceIsRefused) {
  EXPECT_TRUE(Visit(7, TwoRecords(7)).ok());
  EXPECT_EQ(Visit(8, TwoRecords(7)).code(), absl::StatusCode::kDataLoss);
}

TEST(ChunkTest, EveryFlippedBitAndEveryPrefixIsRefused) {
  std::string value = TwoRecords(7);
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(Visit(7, absl::string_view(value).substr(0, size)).code(), absl::StatusCode::kDataLoss) << size;
  }
  for (size_t bit = 0; bit < value.size() * 8; ++bit) {
    value[bit / 8] = static_cast<char>(value[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(Visit(7, value).code(), absl::StatusCode::kDataLoss) << bit;
    value[bit / 8] = static_cast<char>(value[bit / 8] ^ (1 << (bit % 8)));
  }
}

}  // namespace
}  // namespace sip
