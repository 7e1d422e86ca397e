// Pages of a list (AIP-158): in the order of keys, each beginning behind the last key that was looked at, so that rows that come or
// go between two pages are neither shown twice nor lost.
#ifndef SIP_SERVICES_VIEWS_QUERIES_PAGING_H_
#define SIP_SERVICES_VIEWS_QUERIES_PAGING_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/views/queries/row_source.h"

namespace sip {

inline constexpr uint32_t kDefaultPageSize = 50;
inline constexpr uint32_t kMaxPageSize = 1000;
// How many rows are looked at for one page; a page can be shorter than asked for, and still have a next one.
inline constexpr size_t kMaxRowsPerPage = 20'000;

struct Page {
  size_t size = kDefaultPageSize;
  std::string start_after;  // Empty: from the beginning.
};

// What the request asks for with its fields page_size and page_token. TOKEN_INVALID for a token that this list did not give out: of
// other filters, or outside of `prefix`.
absl::StatusOr<Page> PageOf(const google::protobuf::Message& request, absl::string_view prefix);

// Looks at the rows of the page; `take` says whether it has added the row to the answer. Returns the token of the next page, empty
// if this was the last.
using TakeRow = std::function<absl::StatusOr<bool>(absl::string_view key, absl::string_view value)>;
absl::StatusOr<std::string> ReadPage(const RowSource& rows, const google::protobuf::Message& request, absl::string_view prefix,
                                     const TakeRow& take);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_PAGING_H_
