#include "libs/rpc/metadata.h"

#include <string>

#include "gtest/gtest.h"

namespace sip {
namespace {

TEST(Metadata, ChoosesTheBetterRatedLanguage) {
  EXPECT_EQ(LanguageOf("sv"), Language::kSwedish);
  EXPECT_EQ(LanguageOf("sv-SE, en;q=0.8"), Language::kSwedish);
  EXPECT_EQ(LanguageOf("en, sv;q=0.8"), Language::kEnglish);
  EXPECT_EQ(LanguageOf("de, sv;q=0.3, en;q=0.2"), Language::kSwedish);
  EXPECT_EQ(LanguageOf("de"), Language::kEnglish);
  EXPECT_EQ(LanguageOf("sv;q=x"), Language::kEnglish);
}

TEST(Metadata, ReadsTheIdsOfAWellFormedTraceParent) {
  CallContext context;
  ReadTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", context);
  EXPECT_EQ(context.trace_id.size(), 16u);
  EXPECT_EQ(context.span_id, std::string("\x00\xf0\x67\xaa\x0b\xa9\x02\xb7", 8));
}

TEST(Metadata, IgnoresAMalformedTraceParent) {
  for (const char* text :
       {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"}) {
    CallContext context;
    ReadTraceParent(text, context);
    EXPECT_EQ(context.trace_id, "") << text;
  }
}

}  // namespace
}  // namespace sip
