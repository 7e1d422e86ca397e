// Where a view lies on disk: <root>/<projection>/<version>-<generation>/, one database folder per projection version and rebuild,
// and a manifest CURRENT that names the one in use. A rebuilt view is swapped in by renaming a new manifest over the old one.
#ifndef SIP_LIBS_VIEWS_VIEW_FOLDER_H_
#define SIP_LIBS_VIEWS_VIEW_FOLDER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rocks/database.h"
#include "libs/views/fold_logs.h"
#include "libs/views/view_store.h"

namespace sip {

// Not thread-safe: one process owns the folder, and one thread opens or swaps.
class ViewFolder {
 public:
  ViewFolder(absl::string_view root, absl::string_view projection, int schema_version);

  // The folder in use for this version; absent if there is none yet.
  std::optional<std::string> Current() const;
  // A path beside it where nothing lies. What an interrupted rebuild left is removed first.
  absl::StatusOr<std::string> Fresh() const;
  // From now on `folder`, made by Fresh, is in use.
  absl::Status SwapIn(absl::string_view folder) const;
  // Removes every other folder. They must be closed.
  absl::Status RemoveOthers() const;

 private:
  const std::string directory_;
  const std::string version_prefix_;
};

// Opens the view in use; rebuilds it first when there is none of this version. `resources` may be null.
absl::StatusOr<std::unique_ptr<ViewStore>> OpenOrRebuildView(const FoldInput& input, absl::string_view root,
                                                             RocksResources* resources);

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_VIEW_FOLDER_H_
