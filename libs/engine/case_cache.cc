#include "libs/engine/case_cache.h"

#include <iterator>
#include <utility>

namespace sip {

CaseEntry* CaseCache::Find(const Uuid& scope) {
  const auto it = entries_.find(scope);
  if (it == entries_.end()) return nullptr;
  uses_.splice(uses_.begin(), uses_, it->second->use);
  return &it->second->entry;
}

CaseEntry* CaseCache::Put(const Uuid& scope, CaseEntry entry) {
  Drop(scope);
  uses_.push_front(scope);
  auto slot = std::make_unique<Slot>(Slot{std::move(entry), uses_.begin()});
  CaseEntry* const result = &slot->entry;
  entries_[scope] = std::move(slot);
  Evict();
  return result;
}

void CaseCache::Drop(const Uuid& scope) {
  const auto it = entries_.find(scope);
  if (it == entries_.end()) return;
  uses_.erase(it->second->use);
  entries_.erase(it);
}

void CaseCache::Clear() {
  entries_.clear();
  uses_.clear();
}

void CaseCache::Evict() {
  auto use = uses_.end();
  // The newest stays: its caller holds it.
  while (entries_.size() > capacity_ && use != std::next(uses_.begin())) {
    --use;
    const auto it = entries_.find(*use);
    if (it->second->entry.in_flight > 0) continue;
    use = uses_.erase(use);
    entries_.erase(it);
  }
}

}  // namespace sip
