// Holds the views of a data folder against its log: each must have, byte for byte, the rows that a fresh fold of the log gives up
// to where the view has read.
//
//   SIP_ASSIGN_OR_RETURN(const auto views, StoredViews::Open(data_dir));
//   SIP_ASSIGN_OR_RETURN(const auto store, OpenDataFolder(data_dir));
//   SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheck> checks, views->CompareWith(*store));
#ifndef SIP_TOOLS_SIPCTL_VIEW_CHECK_H_
#define SIP_TOOLS_SIPCTL_VIEW_CHECK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/log_rocks/rocks_log_store.h"

namespace sip {

enum class ViewVerdict {
  kSame,
  kAbsent,      // No view of this version; the server builds it when it starts.
  kDiffers,     // `what` is the first key at which the rows are not the same, escaped for printing.
  kUnreadable,  // `what` is why it could not be compared: its files, another history than the log's, or a record.
};

struct ViewCheck {
  std::string name;
  int version = 0;
  uint64_t rows = 0;  // Stored ones.
  ViewVerdict verdict = ViewVerdict::kAbsent;
  std::string what;
};

// Changes nothing, and may look while a server works in the folder: what is compared is what lay there when it was opened. Not
// thread-safe.
class StoredViews {
 public:
  // Open the log after it: then it holds all that the views have read. A folder without views is no error; a machine without time
  // zones is.
  static absl::StatusOr<std::unique_ptr<StoredViews>> Open(absl::string_view data_dir);
  virtual ~StoredViews() = default;

  // One for each view that this program knows, in the order of the registry. Not OK if the rule sets, which views are folded
  // with, cannot be read. The log itself is believed: check it first.
  virtual absl::StatusOr<std::vector<ViewCheck>> CompareWith(RocksLogStore& store) = 0;
};

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_VIEW_CHECK_H_
