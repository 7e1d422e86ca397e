#include "libs/base/wire.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sip {
namespace {

using ::testing::ElementsAre;

std::vector<uint32_t> Numbers(absl::string_view bytes) {
  std::vector<uint32_t> numbers;
  WireField field;
  while (!bytes.empty()) {
    if (!TakeField(bytes, field)) return {0};
    numbers.push_back(field.number);
  }
  return numbers;
}

TEST(Wire, TakesFieldsOfEveryType) {
  // 1: varint 300; 2: fixed64; 3: "ab"; 4: group {5: varint 1}; 6: fixed32.
  const std::string bytes(
      "\x08\xac\x02"
      "\x11"
      "12345678"
      "\x1a\x02"
      "ab"
      "\x23\x28\x01\x24"
      "\x35"
      "1234",
      25);
  EXPECT_THAT(Numbers(bytes), ElementsAre(1, 2, 3, 4, 6));
}

TEST(Wire, GivesWhatIsInsideADelimitedField) {
  absl::string_view bytes(
      "\x1a\x02"
      "ab"
      "rest",
      8);
  WireField field;
  ASSERT_TRUE(TakeField(bytes, field));
  EXPECT_EQ(field.delimited, "ab");
  EXPECT_EQ(field.varint, 0u);
  EXPECT_EQ(field.whole, absl::string_view("\x1a\x02"
                                           "ab",
                                           4));
  EXPECT_EQ(bytes, "rest");
}

TEST(Wire, RefusesWhatIsCutOffOrNoField) {
  for (const std::string& bytes :
       {std::string("\x08"),
        std::string("\x11"
                    "1234"),
        std::string("\x1a\x05"
                    "ab"),
        std::string("\x23\x28\x01"), std::string("\x23\x2c"), std::string("\x24"), std::string("\x00\x01", 2),
        std::string("\x0f\x01"), std::string(12, '\xff'), std::string("\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}) {
    EXPECT_THAT(Numbers(bytes), ElementsAre(0)) << ::testing::PrintToString(bytes);
  }
}

TEST(Wire, RefusesGroupsThatNestWithoutEnd) {
  const std::string deep(1000, '\x23');
  EXPECT_THAT(Numbers(deep), ElementsAre(0));
}

RC_GTEST_PROP(Wire, NeverReadsBeyondAnyBytes, (const std::string& bytes)) {
  absl::string_view rest = bytes;
  WireField field;
  size_t taken = 0;
  while (!rest.empty() && TakeField(rest, field)) taken += field.whole.size();
  RC_ASSERT(taken <= bytes.size());
}

RC_GTEST_PROP(Wire, VarintsComeBack, (uint64_t value)) {
  std::string bytes("\x08");
  AppendVarint(value, bytes);
  absl::string_view rest = bytes;
  WireField field;
  RC_ASSERT(TakeField(rest, field));
  RC_ASSERT(field.varint == value);
  RC_ASSERT(rest.empty());
}

}  // namespace
}  // namespace sip
