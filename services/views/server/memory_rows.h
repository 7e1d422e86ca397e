// Rows in memory: of a fold up to an earlier time, and of tests.
#ifndef SIP_SERVICES_VIEWS_SERVER_MEMORY_ROWS_H_
#define SIP_SERVICES_VIEWS_SERVER_MEMORY_ROWS_H_

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "libs/views/memory_view.h"
#include "services/views/queries/row_source.h"

namespace sip {

class MemoryRows final : public RowSource {
 public:
  explicit MemoryRows(MemoryView::Rows rows) : rows_(std::move(rows)) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    const auto found = rows_.find(std::string(key));
    return found == rows_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  absl::Status Scan(absl::string_view prefix, absl::string_view start_after,
                    const std::function<bool(absl::string_view, absl::string_view)>& visit) const override {
    for (const auto& [key, value] : rows_) {
      if (!absl::StartsWith(key, prefix) || key <= start_after) continue;
      if (!visit(key, value)) break;
    }
    return absl::OkStatus();
  }

 private:
  const MemoryView::Rows rows_;
};

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_MEMORY_ROWS_H_
