// Reads the log of a data folder without changing it, also while a server works in it.
#ifndef SIP_TOOLS_SIPCTL_DATA_FOLDER_H_
#define SIP_TOOLS_SIPCTL_DATA_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/log_rocks/rocks_log_store.h"

namespace sip {

// Flags of the commands that look into a data folder.
struct DataFolderFlags {
  std::string data_dir;
  // Only for `log cat`: records of this log, of this case, and with the texts.
  std::string log;
  std::string case_id;
  bool content = false;
};

// INVALID_ARGUMENT for unknown flags, or without --data-dir.
absl::StatusOr<DataFolderFlags> ParseDataFolderFlags(const std::vector<std::string>& arguments, bool for_log_cat);

// NOT_FOUND if there is no log; DATA_LOSS if it is damaged.
absl::StatusOr<std::unique_ptr<RocksLogStore>> OpenDataFolder(const std::string& data_dir);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_DATA_FOLDER_H_
