// Looks at a Kafka cluster as an auditor: brokers, topics, their settings and replicas, and whose logs lie in them. Changes
// nothing, and needs only the right to read and to describe.
#ifndef SIP_LIBS_LOG_KAFKA_CLUSTER_AUDIT_H_
#define SIP_LIBS_LOG_KAFKA_CLUSTER_AUDIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_log_store.h"

namespace sip {

// Something that is not as it must be.
struct AuditFinding {
  std::string where;  // "topic sip.plans, partition 3".
  std::string what;
  std::string to_do;
};

struct ClusterAudit {
  struct Broker {
    int32_t id = 0;
    std::string address;
    bool answers = false;
  };
  std::string cluster_id;
  std::vector<Broker> brokers;
  // Those whose Genesis records can be read, all of one installation.
  std::vector<LogIdentity> logs;
  std::vector<AuditFinding> findings;
};

// Compares the cluster with `options` and the topics of `logs`. UNAVAILABLE, UNAUTHENTICATED or PERMISSION_DENIED, with what to do,
// if it tells nothing.
absl::StatusOr<ClusterAudit> AuditCluster(const KafkaLogOptions& options, const std::vector<NewKafkaLog>& logs);

// The last record of a partition, whatever the fold says of it.
struct PartitionHead {
  std::string log;
  uint32_t partition = 0;
  uint64_t records = 0;
  absl::Status status;  // Why it cannot be read, if so.
  RecordFacts facts;
  std::string node;  // If it is a Claim, as it says.
  std::string endpoint;
};

// Of all partitions of `logs`, in their order. UNAVAILABLE if the brokers do not answer.
absl::StatusOr<std::vector<PartitionHead>> ReadHeads(const KafkaLogOptions& options, const std::vector<LogIdentity>& logs);

// The id that the cluster gave itself.
absl::StatusOr<std::string> KafkaClusterId(const KafkaLogOptions& options);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_CLUSTER_AUDIT_H_
