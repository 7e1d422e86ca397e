#include "libs/views/memory_view.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"

namespace sip {
namespace {

// The end of what a key and its group have in common: behind the second slash; absent if there are not two.
std::optional<size_t> EndOfGroup(absl::string_view key) {
  const size_t first = key.find('/');
  const size_t second = first == absl::string_view::npos ? first : key.find('/', first + 1);
  if (second == absl::string_view::npos) return std::nullopt;
  return second + 1;
}

// A key without two slashes is a group of its own.
absl::string_view GroupOf(absl::string_view key) { return key.substr(0, EndOfGroup(key).value_or(key.size())); }

}  // namespace

std::optional<std::string> MemoryView::Get(absl::string_view key) {
  const auto group = groups_.find(GroupOf(key));
  if (group == groups_.end()) return std::nullopt;
  const auto row = group->second.find(key);
  if (row == group->second.end()) return std::nullopt;
  return row->second;
}

void MemoryView::Put(absl::string_view key, absl::string_view value) {
  groups_.try_emplace(GroupOf(key)).first->second[key] = std::string(value);
}

void MemoryView::Delete(absl::string_view key) {
  const auto group = groups_.find(GroupOf(key));
  if (group == groups_.end()) return;
  const auto row = group->second.find(key);
  if (row != group->second.end()) group->second.erase(row);
}

void MemoryView::Scan(absl::string_view prefix, const std::function<bool(absl::string_view key, absl::string_view value)>& visit) {
  bool going_on = true;
  for (const auto* group : GroupsWith(prefix)) {
    const Rows& rows = group->second;
    for (auto row = rows.lower_bound(prefix); going_on && row != rows.end() && absl::StartsWith(row->first, prefix); ++row) {
      going_on = visit(row->first, row->second);
    }
  }
}

void MemoryView::VisitAll(absl::FunctionRef<void(const std::string& key, const std::string& value)> visit) const {
  for (const auto* group : GroupsWith("")) {
    for (const auto& [key, value] : group->second) visit(key, value);
  }
}

MemoryView::Rows MemoryView::rows() const {
  Rows rows;
  VisitAll([&](const std::string& key, const std::string& value) { rows.emplace_hint(rows.end(), key, value); });
  return rows;
}

std::vector<const MemoryView::Groups::value_type*> MemoryView::GroupsWith(absl::string_view prefix) const {
  std::vector<const Groups::value_type*> found;
  if (EndOfGroup(prefix).has_value()) {
    if (const auto group = groups_.find(GroupOf(prefix)); group != groups_.end()) found.push_back(&*group);
    return found;
  }
  for (const auto& group : groups_) {
    if (absl::StartsWith(group.first, prefix)) found.push_back(&group);
  }
  // No group's name begins another's but for a key that ends where the other goes on: their order is that of their keys.
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  return found;
}

}  // namespace sip
