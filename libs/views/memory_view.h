// The rows of a view in memory: for rebuilds, for answers as of an earlier time, and for tests.
#ifndef SIP_LIBS_VIEWS_MEMORY_VIEW_H_
#define SIP_LIBS_VIEWS_MEMORY_VIEW_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"

namespace sip {

// Not thread-safe.
class MemoryView final : public ViewBatch {
 public:
  using Rows = absl::btree_map<std::string, std::string>;

  std::optional<std::string> Get(absl::string_view key) override;
  void Put(absl::string_view key, absl::string_view value) override;
  void Delete(absl::string_view key) override;
  void Scan(absl::string_view prefix, const std::function<bool(absl::string_view key, absl::string_view value)>& visit) override;

  // In key order.
  void VisitAll(absl::FunctionRef<void(const std::string& key, const std::string& value)> visit) const;
  Rows rows() const;

 private:
  // Rows lie in groups, by the key up to its second slash: nearly all reads and writes are within one, and a group is small.
  using Groups = absl::flat_hash_map<std::string, Rows>;

  // Those that may have keys that begin with `prefix`, in the order of their keys.
  std::vector<const Groups::value_type*> GroupsWith(absl::string_view prefix) const;

  Groups groups_;
};

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_MEMORY_VIEW_H_
