// Audits the logs of an installation on a Kafka cluster. Changes nothing.
#ifndef SIP_TOOLS_SIPCTL_CLUSTER_CHECK_H_
#define SIP_TOOLS_SIPCTL_CLUSTER_CHECK_H_

#include "tools/sipctl/command.h"

namespace sip {

// `log check --config FILE [--topics FILE] [--heads]`: brokers, topics, settings, replicas, whose logs they are, and each partition
// folded to its end, or only its last record. kOk if nothing was found, kFailed otherwise; each finding says what to do.
ExitCode RunLogCheck(const CommandLine& line);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_CLUSTER_CHECK_H_
