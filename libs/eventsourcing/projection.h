// A view as a fold over records: pure, so that the live view, a rebuild and an as-of answer are the same function.
#ifndef SIP_LIBS_EVENTSOURCING_PROJECTION_H_
#define SIP_LIBS_EVENTSOURCING_PROJECTION_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/recorded.h"

namespace sip {

// The rows of one view, as seen by the record that is being applied: earlier writes are visible. Keys and values are bytes; keys
// sort bytewise. Errors of the store below are kept by the implementation and stop the runner before anything is committed.
class ViewBatch {
 public:
  virtual ~ViewBatch() = default;
  virtual std::optional<std::string> Get(absl::string_view key) = 0;
  virtual void Put(absl::string_view key, absl::string_view value) = 0;
  virtual void Delete(absl::string_view key) = 0;
  // Calls `visit` for each row whose key begins with `prefix`, in key order; stops when it returns false. The visitor must not
  // write.
  virtual void Scan(absl::string_view prefix, const std::function<bool(absl::string_view key, absl::string_view value)>& visit) = 0;
};

// Must give the same rows for the same records in the same order within each log, whenever it runs and however logs interleave: a
// row (or the sub-row of a combined row) is written from one log only. Thread-safe: holds nothing that changes.
class Projection {
 public:
  virtual ~Projection() = default;
  // Folder and checkpoint name, such as "current_plan".
  virtual absl::string_view Name() const = 0;
  // Raised when rows change for the same records: the view is then rebuilt from the log's start beside the old one.
  virtual int SchemaVersion() const = 0;
  // Names of the logs that it folds, such as "sip.plans".
  virtual std::vector<std::string> Logs() const = 0;
  virtual void Apply(const RecordedCommand& record, ViewBatch& view) const = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_PROJECTION_H_
