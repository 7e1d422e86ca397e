// Where queries find rows: of a view at one moment, or of a fold up to an earlier time.
#ifndef SIP_SERVICES_VIEWS_QUERIES_ROW_SOURCE_H_
#define SIP_SERVICES_VIEWS_QUERIES_ROW_SOURCE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/status_macros.h"

namespace sip {

class RowSource {
 public:
  using Visitor = std::function<bool(absl::string_view key, absl::string_view value)>;

  virtual ~RowSource() = default;
  virtual absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const = 0;
  // Visits the rows whose key begins with `prefix` and lies behind `after` (empty: all), in key order, until `visit` returns false.
  // The visitor may read other rows.
  virtual absl::Status Scan(absl::string_view prefix, absl::string_view after, const Visitor& visit) const = 0;
};

// The row that the bytes hold.
template <typename Row>
absl::StatusOr<Row> ParseRow(absl::string_view value) {
  Row row;
  if (row.ParseFromArray(value.data(), static_cast<int>(value.size()))) return row;
  return absl::DataLossError(absl::StrCat("a stored row is no ", Row::descriptor()->full_name()));
}

// The row with that key; absent if there is none.
template <typename Row>
absl::StatusOr<std::optional<Row>> FindRow(const RowSource& rows, absl::string_view key) {
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> stored, rows.Get(key));
  if (!stored.has_value()) return std::optional<Row>();
  SIP_ASSIGN_OR_RETURN(Row row, ParseRow<Row>(*stored));
  return std::optional<Row>(std::move(row));
}

// The row that an index entry names: both are written together.
template <typename Row>
absl::StatusOr<Row> IndexedRow(const RowSource& rows, absl::string_view key) {
  SIP_ASSIGN_OR_RETURN(std::optional<Row> row, FindRow<Row>(rows, key));
  if (!row.has_value()) return absl::DataLossError(absl::StrCat("an index names a missing ", Row::descriptor()->full_name()));
  return *std::move(row);
}

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_ROW_SOURCE_H_
