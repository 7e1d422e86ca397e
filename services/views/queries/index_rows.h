// An index that is built for one query: the part of a stored one that a single case has, in the same order.
#ifndef SIP_SERVICES_VIEWS_QUERIES_INDEX_ROWS_H_
#define SIP_SERVICES_VIEWS_QUERIES_INDEX_ROWS_H_

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "services/views/queries/row_source.h"

namespace sip {

class IndexRows final : public RowSource {
 public:
  void Put(std::string key, absl::string_view row_key) { rows_[std::move(key)] = std::string(row_key); }

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    const auto row = rows_.find(key);
    return row == rows_.end() ? std::nullopt : std::optional<std::string>(row->second);
  }
  absl::Status Scan(absl::string_view prefix, absl::string_view after, const Visitor& visit) const override {
    auto row = after.empty() ? rows_.lower_bound(prefix) : rows_.upper_bound(std::max(prefix, after));
    for (; row != rows_.end() && absl::StartsWith(row->first, prefix); ++row) {
      if (!visit(row->first, row->second)) break;
    }
    return absl::OkStatus();
  }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_INDEX_ROWS_H_
