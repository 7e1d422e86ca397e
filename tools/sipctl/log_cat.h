// Prints records of a log for people.
#ifndef SIP_TOOLS_SIPCTL_LOG_CAT_H_
#define SIP_TOOLS_SIPCTL_LOG_CAT_H_

#include <ostream>

#include "absl/status/status.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "tools/sipctl/command.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/output.h"

namespace sip {

// `log cat --data-dir DIR [--log NAME] [--case-id ID] [--content]`.
ExitCode RunLogCat(const CommandLine& line);

// Prints every valid command that `flags` asks for, in the order of the log, with its events; kJson: one line each. Personal data
// and texts are printed as "•••" unless flags.content.
absl::Status PrintLog(const RocksLogStore& store, const DataFolderFlags& flags, OutputFormat format, std::ostream& out);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_LOG_CAT_H_
