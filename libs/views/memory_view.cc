#include "libs/views/memory_view.h"

#include "absl/strings/match.h"

namespace sip {

std::optional<std::string> MemoryView::Get(absl::string_view key) {
  const auto row = rows_.find(key);
  if (row == rows_.end()) return std::nullopt;
  return row->second;
}

void MemoryView::Put(absl::string_view key, absl::string_view value) { rows_[key] = std::string(value); }

void MemoryView::Delete(absl::string_view key) {
  const auto row = rows_.find(key);
  if (row != rows_.end()) rows_.erase(row);
}

void MemoryView::Scan(absl::string_view prefix, const std::function<bool(absl::string_view key, absl::string_view value)>& visit) {
  for (auto row = rows_.lower_bound(prefix); row != rows_.end() && absl::StartsWith(row->first, prefix); ++row) {
    if (!visit(row->first, row->second)) return;
  }
}

}  // namespace sip
