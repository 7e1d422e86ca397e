// The states of cases that were used lately, in one partition. A projection in memory: anything may be dropped at any time but what
// records in flight depend on.
#ifndef SIP_LIBS_ENGINE_CASE_CACHE_H_
#define SIP_LIBS_ENGINE_CASE_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/stream.h"

namespace sip {

// A case as of the last record that was appended, durable or not (speculation).
struct CaseEntry {
  std::unique_ptr<CaseState> state;
  absl::flat_hash_map<StreamId, uint64_t> versions;
  // Records of the case that are not yet durable, and the number of the last one (Partition counts its appends).
  int in_flight = 0;
  uint64_t last_append = 0;
  // A record of the case cannot be decoded by this program: nothing may be decided. OK otherwise.
  absl::Status blocked;
};

// Not thread-safe.
class CaseCache {
 public:
  explicit CaseCache(size_t capacity) : capacity_(capacity) {}

  // Null if it is not cached. Pointers stay valid until the entry is dropped.
  CaseEntry* Find(const Uuid& scope);
  // Adds or replaces, and drops the longest unused ones that nothing in flight depends on.
  CaseEntry* Put(const Uuid& scope, CaseEntry entry);
  void Drop(const Uuid& scope);
  void Clear();
  size_t size() const { return entries_.size(); }

 private:
  struct Slot {
    CaseEntry entry;
    std::list<Uuid>::iterator use;
  };
  void Evict();

  const size_t capacity_;
  std::list<Uuid> uses_;  // Latest first.
  absl::flat_hash_map<Uuid, std::unique_ptr<Slot>> entries_;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_CASE_CACHE_H_
