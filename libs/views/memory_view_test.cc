#include "libs/views/memory_view.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
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

// Keys with none, one, two and more slashes lie in different places; nobody may notice.
TEST(MemoryViewTest, BehavesLikeOneSortedMap) {
  const std::vector<std::string> parts = {"a", "b", "!", "a/", "/", "b/c", "0"};
  std::mt19937 random(20180301);
  const auto draw_key = [&] {
    std::string key;
    for (size_t length = random() % 6; length > 0; --length) key += parts[random() % parts.size()];
    return key;
  };
  MemoryView view;
  std::map<std::string, std::string> expected;
  for (int step = 0; step < 3000; ++step) {
    const std::string key = draw_key();
    if (random() % 3 == 0) {
      view.Delete(key);
      expected.erase(key);
    } else {
      view.Put(key, std::to_string(step));
      expected[key] = std::to_string(step);
    }
    const std::string prefix = draw_key();
    std::vector<std::string> scanned;
    view.Scan(prefix, [&](absl::string_view found, absl::string_view value) {
      EXPECT_EQ(expected[std::string(found)], value);
      scanned.emplace_back(found);
      return true;
    });
    std::vector<std::string> wanted;
    for (const auto& [found, value] : expected) {
      if (absl::StartsWith(found, prefix)) wanted.push_back(found);
    }
    ASSERT_EQ(scanned, wanted) << "prefix " << prefix;
  }
  EXPECT_EQ(view.rows(), MemoryView::Rows(expected.begin(), expected.end()));
}

}  // namespace
}  // namespace sip
