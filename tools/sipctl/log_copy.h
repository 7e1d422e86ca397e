// Moves logs between data folders, Kafka clusters and copies in files, and says what each amounts to.
#ifndef SIP_TOOLS_SIPCTL_LOG_COPY_H_
#define SIP_TOOLS_SIPCTL_LOG_COPY_H_

#include <string>

#include "libs/log_copy/partition_summary.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/command.h"

namespace sip {

// Where a log lies: `--data-dir DIR` (embedded), `--config FILE` (the Kafka cluster that a server's configuration names, with the
// environment over it) or a copy in files. Beside a configuration, `--topics FILE` names the logs.

// `log export --data-dir DIR | --config FILE, --to FOLDER`: all logs, also while servers work in them, into files.
ExitCode RunLogExport(const CommandLine& line);

// `log import --from FOLDER | --from-data-dir DIR | --from-config FILE, --data-dir DIR | --config FILE [--no-topics]`: into an
// empty data folder or empty topics (which are made if they are missing), or those that an earlier import filled; no server may run
// there.
// --from-config is read without the environment: it is another cluster.
ExitCode RunLogImport(const CommandLine& line);

// `log summary --data-dir DIR | --config FILE | --from FOLDER`: each partition's length, head, claims, and what is void.
ExitCode RunLogSummary(const CommandLine& line);

// What a partition amounts to, to be printed; and its verdict in words.
sipctl::v1::SummarizedPartition ToProto(const PartitionSummary& summary);
std::string VerdictOf(const sipctl::v1::SummarizedPartition& partition);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_LOG_COPY_H_
