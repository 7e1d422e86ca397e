#include "libs/base/uuid.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sip {
namespace {

constexpr char kText[] = "018f4e9a-0c1d-7abc-8def-0123456789ab";

TEST(UuidTest, CanonicalTextSurvivesParsingAndPrinting) {
  const auto uuid = Uuid::Parse(kText);
  ASSERT_TRUE(uuid.has_value());
  EXPECT_EQ(uuid->ToString(), kText);
  EXPECT_EQ(Uuid::FromBytes(uuid->ToBytes()), uuid);
}

TEST(UuidTest, OnlyTheCanonicalFormIsRead) {
  EXPECT_FALSE(Uuid::Parse("018F4E9A-0C1D-7ABC-8DEF-0123456789AB").has_value());
  EXPECT_FALSE(Uuid::Parse("{018f4e9a-0c1d-7abc-8def-0123456789ab}").has_value());
  EXPECT_FALSE(Uuid::Parse("018f4e9a0c1d7abc8def0123456789ab").has_value());
  EXPECT_FALSE(Uuid::Parse("018f4e9a-0c1d-7abc-8def-0123456789ag").has_value());
  EXPECT_FALSE(Uuid::Parse("").has_value());
  EXPECT_FALSE(Uuid::FromBytes("short").has_value());
}

TEST(UuidTest, VersionSevenTellsWhenItWasMinted) {
  const absl::Time now = absl::FromUnixMillis(1700000000123);
  const Uuid uuid = MakeUuidV7(now, "0123456789");
  EXPECT_EQ(uuid.Version(), 7);
  EXPECT_EQ(uuid.MintedAt(), now);
  EXPECT_FALSE(MakeUuidV8("0123456789abcdef").MintedAt().has_value());
}

TEST(UuidTest, VersionEightKeepsTheDigestBesidesVersionAndVariant) {
  const Uuid uuid = MakeUuidV8("0123456789abcdefXYZ");
  EXPECT_EQ(uuid.Version(), 8);
  EXPECT_EQ(uuid.bytes()[8] >> 6, 2);
  EXPECT_EQ(uuid.ToBytes().substr(0, 6), "012345");
}

// Random bytes are drawn from a block: what follows when it is used up, and what does not fit into it, must be fresh too.
TEST(UuidTest, RandomBytesAreNeverGivenTwice) {
  std::set<std::string> drawn;
  size_t count = 0;
  for (const size_t size : {16u, 1000u, 16u, 1024u, 1025u, 3000u, 10u}) {
    for (int i = 0; i < 200; ++i, ++count) {
      const std::string bytes = RandomBytes(size);
      ASSERT_EQ(bytes.size(), size);
      drawn.insert(bytes.substr(0, 10));
      drawn.insert(bytes.substr(size - 10));
    }
  }
  EXPECT_EQ(drawn.size(), 2 * count - 200);  // Of ten bytes the first ten are the last.
  EXPECT_TRUE(RandomBytes(0).empty());
}

TEST(UuidTest, FreshOnesDifferAndTheDefaultIsNil) {
  EXPECT_NE(NewUuidV7(), NewUuidV7());
  EXPECT_TRUE(Uuid().IsNil());
  EXPECT_FALSE(NewUuidV7().IsNil());
}

}  // namespace
}  // namespace sip
