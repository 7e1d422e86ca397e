#include "libs/views/memory_view.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

using ::testing::ElementsAre;

TEST(MemoryViewTest, ScansAPrefixInKeyOrderUntilTold) {
  MemoryView view;
  for (const char* key : {"b2", "a", "b1", "b3", "c"}) view.Put(key, "value");
  view.Delete("b3");
  view.Delete("none");
  std::vector<std::string> keys;
  view.Scan("b", [&](absl::string_view key, absl::string_view) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_THAT(keys, ElementsAre("b1", "b2"));
  keys.clear();
  view.Scan("", [&](absl::string_view key, absl::string_view) {
    keys.emplace_back(key);
    return keys.size() < 2;
  });
  EXPECT_THAT(keys, ElementsAre("a", "b1"));
  EXPECT_EQ(view.Get("a"), "value");
  EXPECT_EQ(view.Get("b3"), std::nullopt);
}

}  // namespace
}  // namespace sip
