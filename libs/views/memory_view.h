// The rows of a view in memory: for rebuilds, for answers as of an earlier time, and for tests.
#ifndef SIP_LIBS_VIEWS_MEMORY_VIEW_H_
#define SIP_LIBS_VIEWS_MEMORY_VIEW_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
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

  const Rows& rows() const { return rows_; }

 private:
  Rows rows_;
};

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_MEMORY_VIEW_H_
