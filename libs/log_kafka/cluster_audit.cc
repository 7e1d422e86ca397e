#include "libs/log_kafka/cluster_audit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_log.h"
#include "libs/log_kafka/partition_streams.h"
#include "libs/log_kafka/topic_settings.h"

namespace sip {
namespace {

constexpr char kSeeToBrokers[] = "see that these brokers run and keep up; until then there is less room for a failure";

class Auditor {
 public:
  Auditor(const KafkaLogOptions& options, rd_kafka_t* client) : options_(options), client_(client) {}

  absl::Status AuditBrokers();
  absl::Status AuditLog(const NewKafkaLog& log);
  void CheckInstallation();
  ClusterAudit& audit() { return audit_; }

 private:
  void Report(std::string where, std::string what, std::string to_do) {
    audit_.findings.push_back({std::move(where), std::move(what), std::move(to_do)});
  }
  void CheckPartitions(const NewKafkaLog& log, const KafkaTopicInfo& info);
  absl::Status CheckSettings(const std::string& topic);
  absl::Status CheckGenesis(const NewKafkaLog& log, const KafkaTopicInfo& info);

  const KafkaLogOptions& options_;
  rd_kafka_t* const client_;
  ClusterAudit audit_;
};

absl::Status Auditor::AuditBrokers() {
  SIP_ASSIGN_OR_RETURN(const KafkaClusterInfo cluster, DescribeCluster(client_, options_.request_timeout));
  audit_.cluster_id = cluster.id;
  for (const auto& [id, address] : cluster.brokers) {
    const absl::Status answer = AskBroker(client_, id, options_.request_timeout);
    audit_.brokers.push_back({id, address, answer.ok()});
    if (answer.ok()) continue;
    Report(absl::StrCat("broker ", id), absl::StrCat("does not answer at ", address, ": ", answer.message()),
           "see that it runs, and that the address that it advertises can be reached from here");
  }
  const auto brokers = static_cast<int>(audit_.brokers.size());
  if (brokers < options_.replicas) {
    Report("the cluster", absl::StrCat("has ", brokers, " brokers, fewer than the ", options_.replicas, " replicas of a partition"),
           "start the brokers that are down, or add some");
  }
  return absl::OkStatus();
}

absl::Status Auditor::AuditLog(const NewKafkaLog& log) {
  const std::string topic = options_.TopicOf(log.name);
  const absl::StatusOr<KafkaTopicInfo> info = DescribeTopic(client_, topic, options_.request_timeout);
  if (absl::IsNotFound(info.status())) {
    Report(absl::StrCat("topic ", topic), "is not there",
           "make it with sipctl log init, if the installation never had it; if it was deleted, restore it from a copy");
    return absl::OkStatus();
  }
  SIP_RETURN_IF_ERROR(info.status());
  CheckPartitions(log, *info);
  SIP_RETURN_IF_ERROR(CheckSettings(topic));
  return CheckGenesis(log, *info);
}

void Auditor::CheckPartitions(const NewKafkaLog& log, const KafkaTopicInfo& info) {
  const std::string topic = absl::StrCat("topic ", options_.TopicOf(log.name));
  if (info.leaders.size() != log.partition_count) {
    Report(topic, absl::StrCat("has ", info.leaders.size(), " partitions instead of ", log.partition_count),
           "partitions can never be added, as every case would lie elsewhere: restore the topic from a copy");
  }
  if (info.replicas < options_.replicas) {
    Report(topic, absl::StrCat("has a partition with ", info.replicas, " replicas instead of ", options_.replicas),
           "add replicas with kafka-reassign-partitions.sh");
  }
  for (size_t partition = 0; partition < info.leaders.size(); ++partition) {
    const std::string where = absl::StrCat(topic, ", partition ", partition);
    if (info.leaders[partition] < 0) {
      Report(where, "has no leader: it can be neither read nor written", "start the brokers that have its replicas");
    }
    if (info.lagging[partition].empty()) continue;
    Report(where, absl::StrCat("has replicas that are not in sync, on brokers ", absl::StrJoin(info.lagging[partition], ", ")),
           kSeeToBrokers);
  }
}

absl::Status Auditor::CheckSettings(const std::string& topic) {
  SIP_ASSIGN_OR_RETURN(const auto settings, FetchTopicSettings(client_, topic, options_.request_timeout));
  for (const UnsafeSetting& unsafe : FindUnsafeSettings(options_, settings)) {
    Report(absl::StrCat("topic ", topic), absl::StrCat(unsafe.name, " is ", unsafe.found, ", which is not safe"),
           absl::StrCat("kafka-configs.sh --alter --entity-type topics --entity-name ", topic, " --add-config ", unsafe.name, "=",
                        unsafe.wanted));
  }
  return absl::OkStatus();
}

absl::Status Auditor::CheckGenesis(const NewKafkaLog& log, const KafkaTopicInfo& info) {
  const auto partitions = static_cast<uint32_t>(info.leaders.size());
  absl::StatusOr<LogIdentity> identity = ReadIdentity(options_, log.name, partitions);
  if (identity.ok()) {
    audit_.logs.push_back(*std::move(identity));
    return absl::OkStatus();
  }
  if (absl::IsUnavailable(identity.status())) {
    Report(absl::StrCat("topic ", options_.TopicOf(log.name)), std::string(identity.status().message()), kSeeToBrokers);
    return absl::OkStatus();
  }
  if (!absl::IsFailedPrecondition(identity.status()) && !absl::IsDataLoss(identity.status())) return identity.status();
  Report(absl::StrCat("topic ", options_.TopicOf(log.name)), std::string(identity.status().message()),
         "if the installation is new, run sipctl log init; otherwise restore the topic from a copy");
  return absl::OkStatus();
}

void Auditor::CheckInstallation() {
  std::vector<LogIdentity> ours;
  for (LogIdentity& log : audit_.logs) {
    if (ours.empty() || log.installation_id == ours.front().installation_id) {
      ours.push_back(std::move(log));
      continue;
    }
    Report(absl::StrCat("topic ", options_.TopicOf(log.name)),
           absl::StrCat("belongs to another installation than topic ", options_.TopicOf(ours.front().name)),
           "set kafka.topic_prefix to that of one installation, or restore the topics from copies of one");
  }
  audit_.logs = std::move(ours);
}

absl::Status ReadHead(PartitionStream& stream, PartitionHead& head) {
  head.records = stream.end();
  if (head.records == 0) return absl::DataLossError("there is no Genesis");
  stream.BeginAt(head.records - 1);
  SIP_ASSIGN_OR_RETURN(const std::optional<RecordView> record, stream.Next());
  if (!record.has_value()) return absl::UnavailableError("its last record cannot be read");
  SIP_ASSIGN_OR_RETURN(head.facts, ParseRecord(*record));
  if (record->kind != RecordKind::kClaim) return absl::OkStatus();
  log::v1::ClaimHeader claim;
  // It has been parsed already.
  claim.ParseFromArray(record->header.data(), static_cast<int>(record->header.size()));
  head.node = claim.node();
  head.endpoint = claim.endpoint();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClusterAudit> AuditCluster(const KafkaLogOptions& options, const std::vector<NewKafkaLog>& logs) {
  SIP_ASSIGN_OR_RETURN(const KafkaPtr<rd_kafka_t> client, NewReadingClient(options));
  Auditor auditor(options, client.get());
  SIP_RETURN_IF_ERROR(auditor.AuditBrokers());
  for (const NewKafkaLog& log : logs) SIP_RETURN_IF_ERROR(auditor.AuditLog(log));
  auditor.CheckInstallation();
  return std::move(auditor.audit());
}

absl::StatusOr<std::vector<PartitionHead>> ReadHeads(const KafkaLogOptions& options, const std::vector<LogIdentity>& logs) {
  SIP_ASSIGN_OR_RETURN(const auto streams, OpenPartitionStreams(options, logs));
  std::vector<PartitionHead> heads;
  heads.reserve(streams.size());
  auto stream = streams.begin();
  for (const LogIdentity& log : logs) {
    for (uint32_t partition = 0; partition < log.partition_count; ++partition, ++stream) {
      PartitionHead head;
      head.log = log.name;
      head.partition = partition;
      head.status = ReadHead(**stream, head);
      heads.push_back(std::move(head));
    }
  }
  return heads;
}

absl::StatusOr<std::string> KafkaClusterId(const KafkaLogOptions& options) {
  SIP_ASSIGN_OR_RETURN(const KafkaPtr<rd_kafka_t> client, NewReadingClient(options));
  SIP_ASSIGN_OR_RETURN(KafkaClusterInfo cluster, DescribeCluster(client.get(), options.request_timeout));
  return std::move(cluster.id);
}

}  // namespace sip
