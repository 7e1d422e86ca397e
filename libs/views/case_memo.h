// What queries have derived from a view's rows of a case, kept until a record of that case changes the view: a case that is asked
// for often is not read again each time.
//
//   CaseMemo<Plan> plans({.max_bytes = 32 << 20, .bytes_of = PlanBytes});
//   store.AddListener(plans);
//   std::shared_ptr<const Plan> plan = plans.Find(case_id);
//   if (plan == nullptr) plan = plans.Keep(case_id, reader.commit(), DerivePlan(reader, case_id));
#ifndef SIP_LIBS_VIEWS_CASE_MEMO_H_
#define SIP_LIBS_VIEWS_CASE_MEMO_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "libs/base/mutex.h"
#include "libs/base/uuid.h"
#include "libs/views/view_store.h"

namespace sip {

// Thread-safe.
template <typename Value>
class CaseMemo final : public ViewCommitListener {
 public:
  struct Options {
    size_t max_bytes = 0;  // Of all values together; those unused for longest go first. 0: nothing is kept.
    std::function<size_t(const Value&)> bytes_of;
  };
  struct Counts {
    uint64_t found = 0;
    uint64_t missed = 0;
    size_t bytes = 0;
  };

  explicit CaseMemo(Options options) : options_(std::move(options)) {}

  // Null if it is not kept. It holds every commit that was told of before the call.
  std::shared_ptr<const Value> Find(const Uuid& case_id) {
    Shard& shard = ShardOf(case_id);
    const MutexLock lock(shard.mutex);
    const auto it = shard.slots.find(case_id);
    ++(it == shard.slots.end() ? missed_ : found_);
    if (it == shard.slots.end()) return nullptr;
    shard.uses.splice(shard.uses.begin(), shard.uses, it->second.use);
    return it->second.value;
  }

  // `value` was derived from rows as of `commit`. Kept unless the case may have changed since; returned in any case.
  std::shared_ptr<const Value> Keep(const Uuid& case_id, uint64_t commit, Value value) {
    auto kept = std::make_shared<const Value>(std::move(value));
    const size_t bytes = kSlotBytes + options_.bytes_of(*kept);
    Shard& shard = ShardOf(case_id);
    const MutexLock lock(shard.mutex);
    if (commit < shard.last_change || bytes > options_.max_bytes / kShards) return kept;
    Drop(shard, case_id);
    shard.uses.push_front(case_id);
    shard.slots.emplace(case_id, Slot{kept, bytes, shard.uses.begin()});
    Count(shard, bytes);
    while (shard.bytes > options_.max_bytes / kShards) Drop(shard, Uuid(shard.uses.back()));
    return kept;
  }

  void OnCommit(uint64_t commit, const absl::flat_hash_set<Uuid>& cases) override {
    for (const Uuid& case_id : cases) {
      if (case_id.IsNil()) return ForgetAll(commit);
    }
    for (const Uuid& case_id : cases) {
      Shard& shard = ShardOf(case_id);
      const MutexLock lock(shard.mutex);
      shard.last_change = commit;
      Drop(shard, case_id);
    }
  }

  Counts counts() const { return {found_, missed_, bytes_}; }

 private:
  struct Slot {
    std::shared_ptr<const Value> value;
    size_t bytes = 0;
    std::list<Uuid>::iterator use;
  };
  struct Shard {
    Mutex mutex;
    uint64_t last_change ABSL_GUARDED_BY(mutex) = 0;  // The last commit that concerned a case of this shard.
    size_t bytes ABSL_GUARDED_BY(mutex) = 0;
    std::list<Uuid> uses ABSL_GUARDED_BY(mutex);  // Latest first.
    absl::flat_hash_map<Uuid, Slot> slots ABSL_GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 16;
  static constexpr size_t kSlotBytes = 128;  // What a value costs besides itself.

  Shard& ShardOf(const Uuid& case_id) { return shards_[absl::HashOf(case_id) % kShards]; }

  void Count(Shard& shard, size_t added) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    shard.bytes += added;
    bytes_ += added;
  }
  void Drop(Shard& shard, const Uuid& case_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    const auto it = shard.slots.find(case_id);
    if (it == shard.slots.end()) return;
    shard.bytes -= it->second.bytes;
    bytes_ -= it->second.bytes;
    shard.uses.erase(it->second.use);
    shard.slots.erase(it);
  }
  void ForgetAll(uint64_t commit) {
    for (Shard& shard : shards_) {
      const MutexLock lock(shard.mutex);
      shard.last_change = commit;
      bytes_ -= std::exchange(shard.bytes, 0);
      shard.uses.clear();
      shard.slots.clear();
    }
  }

  const Options options_;
  std::array<Shard, kShards> shards_;
  std::atomic<uint64_t> found_{0};
  std::atomic<uint64_t> missed_{0};
  std::atomic<size_t> bytes_{0};
};

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_CASE_MEMO_H_
