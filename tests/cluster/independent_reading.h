// The history of a cluster, read back by a reader that shares no code with the services (tests/system/log_reader.py).
#ifndef SIP_TESTS_CLUSTER_INDEPENDENT_READING_H_
#define SIP_TESTS_CLUSTER_INDEPENDENT_READING_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "tests/cluster/service_cluster.h"

namespace sip {

// Copies all logs with sipctl (SIP_SIPCTL of the environment) into the cluster's folder, and gives how often each request id of
// `agency` is recorded in them. DATA_LOSS if the reader does not find the logs sound.
absl::StatusOr<std::map<std::string, size_t>> CountRecordedCommands(ServiceCluster& cluster, const std::string& agency);

}  // namespace sip

#endif  // SIP_TESTS_CLUSTER_INDEPENDENT_READING_H_
