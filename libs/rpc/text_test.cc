#include "libs/rpc/text.h"

#include <string>

#include "gtest/gtest.h"

namespace sip {
namespace {

TEST(Text, AcceptsPlainAndSwedishTextWithLineFeedsAndTabs) {
  for (const char* text : {"", "Karl", "Sjö\n\tÅkerström", "emoji 😀", "日本"}) EXPECT_EQ(FaultOfText(text), std::nullopt) << text;
}

TEST(Text, RefusesControlCharacters) {
  EXPECT_EQ(FaultOfText("a\rb"), "Control character U+000D at byte 1.");
  EXPECT_EQ(FaultOfText(std::string("\0", 1)), "Control character U+0000 at byte 0.");
  EXPECT_EQ(FaultOfText("\x7f"), "Control character U+007F at byte 0.");
  EXPECT_EQ(FaultOfText("å\xc2\x85"), "Control character U+0085 at byte 2.");
}

TEST(Text, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(FaultOfText("ab\xff"), "Not UTF-8 at byte 2.");
  EXPECT_EQ(FaultOfText("\xc3"), "Not UTF-8 at byte 0.");
  EXPECT_EQ(FaultOfText("\xed\xa0\x80"), "Not UTF-8 at byte 0.");  // A surrogate.
  EXPECT_FALSE(IsUtf8("\xc0\x80"));                                // An overlong zero.
  EXPECT_TRUE(IsUtf8("å"));
}

TEST(Text, RefusesDecomposedForms) { EXPECT_EQ(FaultOfText("a\xcc\x8a"), "Not in NFC."); }

TEST(Text, IsCutBetweenCharacters) {
  EXPECT_EQ(CutUtf8("aå", 3), "aå");
  EXPECT_EQ(CutUtf8("aå", 2), "a");
  EXPECT_EQ(CutUtf8("åå", 1), "");
}

}  // namespace
}  // namespace sip
