// Makes the logs of an installation on a Kafka cluster.
#ifndef SIP_TOOLS_SIPCTL_LOG_INIT_H_
#define SIP_TOOLS_SIPCTL_LOG_INIT_H_

#include "tools/sipctl/command.h"

namespace sip {

// `log init --config FILE [--topics FILE] [--no-topics]`: topics that are missing, and the Genesis of partitions that are empty.
// May be repeated. Says of each log what was made and what was there.
ExitCode RunLogInit(const CommandLine& line);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_LOG_INIT_H_
