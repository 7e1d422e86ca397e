// Moves logs between a data folder and a copy in files, and says what either amounts to.
#ifndef SIP_TOOLS_SIPCTL_LOG_COPY_H_
#define SIP_TOOLS_SIPCTL_LOG_COPY_H_

#include "tools/sipctl/command.h"

namespace sip {

// `log export --data-dir DIR --to FOLDER`: the logs of a data folder, also while a server works in it, into files.
ExitCode RunLogExport(const CommandLine& line);

// `log import --from FOLDER --data-dir DIR`: into an empty data folder, or one that an earlier import filled; no server may run on
// it.
ExitCode RunLogImport(const CommandLine& line);

// `log summary --data-dir DIR | --from FOLDER`: each partition's length, head, claims, and what is void.
ExitCode RunLogSummary(const CommandLine& line);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_LOG_COPY_H_
