#include "tools/sipctl/data_folder.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"

namespace sip {

absl::StatusOr<DataFolderFlags> ParseDataFolderFlags(const std::vector<std::string>& arguments, bool for_log_cat) {
  DataFolderFlags flags;
  CLI::App app;
  app.add_option("--data-dir", flags.data_dir)->required();
  if (for_log_cat) {
    app.add_option("--log", flags.log);
    app.add_option("--case-id", flags.case_id);
    app.add_flag("--content", flags.content);
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (!flags.case_id.empty() && !Uuid::Parse(flags.case_id).has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("--case-id: \"", flags.case_id, "\" is not a UUID"));
  }
  return flags;
}

absl::StatusOr<std::unique_ptr<RocksLogStore>> OpenDataFolder(const std::string& data_dir) {
  RocksLogOptions options;
  options.path = absl::StrCat(data_dir, "/log");
  options.create_if_missing = false;
  options.read_only = true;
  return RocksLogStore::Open(options);
}

}  // namespace sip
