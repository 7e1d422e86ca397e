#include "services/views/queries/paging.h"

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "services/views/server/memory_rows.h"
#include "sip/views/v1/deadline_views.pb.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using views::v1::ListDeadlinesRequest;

MemoryView::Rows Rows(int count) {
  MemoryView::Rows rows;
  for (int i = 0; i < count; ++i) rows[absl::StrFormat("due/%05d", i)] = std::to_string(i);
  rows["other/1"] = "not of this list";
  return rows;
}

// The values of one page; `token` becomes that of the next.
std::vector<std::string> PageOf(const MemoryView::Rows& rows, ListDeadlinesRequest& request, int every = 1) {
  std::vector<std::string> values;
  const auto next =
      ReadPage(MemoryRows(rows), request, "due/", [&](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
        if (std::stoi(std::string(value)) % every != 0) return false;
        values.emplace_back(value);
        return true;
      });
  EXPECT_THAT(next, IsOk());
  request.set_page_token(next.ok() ? *next : "");
  return values;
}

TEST(PagingTest, PagesFollowEachOtherUntilTheListEnds) {
  ListDeadlinesRequest request;
  request.set_page_size(2);
  EXPECT_THAT(PageOf(Rows(5), request), ElementsAre("0", "1"));
  EXPECT_THAT(PageOf(Rows(5), request), ElementsAre("2", "3"));
  EXPECT_THAT(PageOf(Rows(5), request), ElementsAre("4"));
  EXPECT_EQ(request.page_token(), "");
}

TEST(PagingTest, AFullLastPageHasNoNextOne) {
  ListDeadlinesRequest request;
  request.set_page_size(4);
  EXPECT_EQ(PageOf(Rows(4), request).size(), 4u);
  EXPECT_EQ(request.page_token(), "");
}

TEST(PagingTest, RowsThatComeAndGoAreNeitherRepeatedNorLost) {
  ListDeadlinesRequest request;
  request.set_page_size(2);
  MemoryView::Rows rows = Rows(4);
  PageOf(rows, request);
  rows.erase("due/00001");
  rows["due/000005"] = "500";
  EXPECT_THAT(PageOf(rows, request), ElementsAre("2", "3"));
}

TEST(PagingTest, FilteredRowsAreSkippedAndTheSearchIsBounded) {
  ListDeadlinesRequest request;
  request.set_page_size(2);
  EXPECT_THAT(PageOf(Rows(10), request, 4), ElementsAre("0", "4"));
  EXPECT_THAT(PageOf(Rows(10), request, 4), ElementsAre("8"));
  const MemoryView::Rows many = Rows(static_cast<int>(kMaxRowsPerPage) + 10);
  request.Clear();
  EXPECT_THAT(PageOf(many, request, 1'000'000), ElementsAre("0"));
  EXPECT_NE(request.page_token(), "");
  EXPECT_TRUE(PageOf(many, request, 1'000'000).empty());
  EXPECT_EQ(request.page_token(), "");
}

TEST(PagingTest, SizesHaveADefaultAndALimit) {
  ListDeadlinesRequest request;
  EXPECT_EQ(PageOf(Rows(2000), request).size(), kDefaultPageSize);
  request.Clear();
  request.set_page_size(5000);
  EXPECT_EQ(PageOf(Rows(2000), request).size(), kMaxPageSize);
}

TEST(PagingTest, TokensOfOtherFiltersListsOrHandsAreRefused) {
  const auto refused = [](const ListDeadlinesRequest& request, absl::string_view prefix) {
    return sip::PageOf(request, prefix).status();
  };
  ListDeadlinesRequest request;
  request.set_page_size(1);
  PageOf(Rows(3), request);
  EXPECT_THAT(refused(request, "due/"), IsOk());
  // Another page size is no other list.
  request.set_page_size(2);
  EXPECT_THAT(refused(request, "due/"), IsOk());
  EXPECT_THAT(refused(request, "due/of-somebody-else/"), RejectedFor(Reason::REASON_TOKEN_INVALID));
  request.set_unit_id("another");
  EXPECT_THAT(refused(request, "due/"), RejectedFor(Reason::REASON_TOKEN_INVALID));
  for (const char* token : {"x", "!!!!", "AAAA", "AAAAAAAAAAAAAAAAAAAA"}) {
    request.set_page_token(token);
    EXPECT_THAT(refused(request, "due/"), RejectedFor(Reason::REASON_TOKEN_INVALID)) << token;
  }
}

}  // namespace
}  // namespace sip
