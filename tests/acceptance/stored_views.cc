#include "tests/acceptance/stored_views.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/view_check.h"

namespace sip {

absl::Status CheckStoredViews(const std::string& data_dir) {
  SIP_ASSIGN_OR_RETURN(const auto views, StoredViews::Open(data_dir));
  SIP_ASSIGN_OR_RETURN(const auto store, OpenDataFolder(data_dir));
  SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheck> checks, views->CompareWith(*store));
  std::string wrong;
  for (const ViewCheck& check : checks) {
    if (check.verdict == ViewVerdict::kAbsent) absl::StrAppend(&wrong, "there is no view ", check.name, "; ");
    if (check.verdict == ViewVerdict::kDiffers) absl::StrAppend(&wrong, check.name, " differs from the log at ", check.what, "; ");
    if (check.verdict == ViewVerdict::kUnreadable) absl::StrAppend(&wrong, check.name, ": ", check.what, "; ");
  }
  return wrong.empty() ? absl::OkStatus() : absl::DataLossError(wrong);
}

absl::Status DeleteStoredViews(const std::string& data_dir) {
  const std::string views = data_dir + "/views";
  std::error_code error;
  if (std::filesystem::remove_all(views, error) == 0 || error) {
    return absl::NotFoundError(absl::StrCat("no views to delete in ", data_dir, " ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace sip
