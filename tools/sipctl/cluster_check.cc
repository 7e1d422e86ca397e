#include "tools/sipctl/cluster_check.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/log_copy/record_merge.h"
#include "libs/log_kafka/cluster_audit.h"
#include "libs/log_kafka/record_copy.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/kafka_flags.h"
#include "tools/sipctl/log_copy.h"
#include "tools/sipctl/output.h"

namespace sip {
namespace {

// librdkafka 2.0 cannot ask for features.
constexpr char kDeclared[] =
    "eligible leader replicas, as kafka.durability declares; that the brokers have them tells: kafka-features.sh describe "
    "(eligible.leader.replicas.version 1)";
constexpr char kFlushed[] = "each record is flushed (flush.messages=1), as the topics' settings say";
constexpr char kRestore[] = "stop the servers, and restore the topics from a copy (docs/runbooks/restore-from-backup.md)";

struct CheckFlags {
  std::string config;
  std::string topics = kTopicsFile;
  bool heads = false;
};

absl::StatusOr<CheckFlags> ParseCheckFlags(const std::vector<std::string>& arguments) {
  CheckFlags flags;
  CLI::App app;
  app.add_option("--config", flags.config);
  app.add_option("--topics", flags.topics);
  app.add_flag("--heads", flags.heads);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return flags;
}

void AddFinding(const AuditFinding& found, sipctl::v1::CheckedCluster& checked) {
  sipctl::v1::Finding& finding = *checked.add_findings();
  finding.set_where(found.where);
  finding.set_what(found.what);
  finding.set_to_do(found.to_do);
}

std::string WhereOf(const std::string& log, uint32_t partition) { return absl::StrCat(log, ", partition ", partition); }

std::string KindOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kGenesis:
      return "genesis";
    case RecordKind::kClaim:
      return "claim";
    case RecordKind::kCommand:
      return "command";
  }
  return "";
}

absl::Status CheckHeads(const KafkaLogOptions& options, const std::vector<LogIdentity>& logs, sipctl::v1::CheckedCluster& checked) {
  SIP_ASSIGN_OR_RETURN(const std::vector<PartitionHead> heads, ReadHeads(options, logs));
  for (const PartitionHead& read : heads) {
    sipctl::v1::PartitionHead& head = *checked.add_heads();
    head.set_log(read.log);
    head.set_partition(read.partition);
    head.set_records(read.records);
    if (!read.status.ok()) {
      AddFinding({WhereOf(read.log, read.partition), std::string(read.status.message()), kRestore}, checked);
      continue;
    }
    head.set_kind(KindOf(read.facts.kind));
    head.set_node(read.node);
    head.set_endpoint(read.endpoint);
    if (read.facts.kind != RecordKind::kCommand) continue;
    head.set_idx(read.facts.idx);
    *head.mutable_recorded_at() = sip::ToProto(read.facts.recorded_at);
  }
  return absl::OkStatus();
}

absl::Status CheckRecords(const KafkaLogOptions& options, const std::vector<LogIdentity>& logs,
                          sipctl::v1::CheckedCluster& checked) {
  SIP_ASSIGN_OR_RETURN(const std::vector<PartitionSummary> partitions,
                       Summarize(*NewKafkaRecordSource(options, logs, VisitMerged)));
  for (const PartitionSummary& summary : partitions) {
    sipctl::v1::CheckedPartition& partition = *checked.add_partitions();
    *partition.mutable_summary() = ToProto(summary);
    partition.set_node(summary.last_node);
    partition.set_endpoint(summary.last_endpoint);
    if (summary.sound()) continue;
    const bool passes = absl::IsUnavailable(summary.stopped);
    AddFinding({WhereOf(summary.log, summary.partition), VerdictOf(partition.summary()),
                passes ? "see that the brokers run, and check again" : kRestore},
               checked);
  }
  return absl::OkStatus();
}

absl::StatusOr<sipctl::v1::CheckedCluster> CheckCluster(const KafkaSite& site, bool heads) {
  const absl::StatusOr<ClusterAudit> audited = AuditCluster(site.options, site.logs);
  sipctl::v1::CheckedCluster checked;
  if (absl::IsUnavailable(audited.status())) {
    AddFinding({absl::StrCat("the brokers ", site.options.connection.brokers), std::string(audited.status().message()),
                "see that they run, and that kafka.brokers and kafka.protocol are right"},
               checked);
    return checked;
  }
  SIP_RETURN_IF_ERROR(audited.status());
  const ClusterAudit& audit = *audited;
  checked.set_cluster_id(audit.cluster_id);
  const bool flushed = site.options.durability == KafkaLogOptions::Durability::kFlushEachRecord;
  checked.set_durability(flushed ? kFlushed : kDeclared);
  for (const ClusterAudit::Broker& found : audit.brokers) {
    sipctl::v1::CheckedBroker& broker = *checked.add_brokers();
    broker.set_id(found.id);
    broker.set_address(found.address);
    broker.set_answers(found.answers);
  }
  for (const AuditFinding& finding : audit.findings) AddFinding(finding, checked);
  SIP_RETURN_IF_ERROR(heads ? CheckHeads(site.options, audit.logs, checked) : CheckRecords(site.options, audit.logs, checked));
  return checked;
}

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

void PrintPartitions(const sipctl::v1::CheckedCluster& checked, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LOG", "PARTITION", "VALID", "COPIES", "STALE", "LOST", "HOLES", "CLAIMS", "LAST CLAIM", "AT", "LAST RECORDED", "VERDICT"}};
  for (const sipctl::v1::CheckedPartition& partition : checked.partitions()) {
    const sipctl::v1::SummarizedPartition& summary = partition.summary();
    rows.push_back({summary.log(), absl::StrCat(summary.partition()), absl::StrCat(summary.next_idx()),
                    absl::StrCat(summary.void_().copy()), absl::StrCat(summary.void_().stale()),
                    absl::StrCat(summary.void_().lost()), absl::StrCat(summary.void_().hole()), absl::StrCat(summary.claims_won()),
                    OrDash(partition.node()), OrDash(partition.endpoint()), FieldText(summary, "last_recorded_at"),
                    summary.has_stopped() || summary.damaged_payloads() > 0 ? "DAMAGED" : "sound"});
  }
  out << AlignColumns(rows);
}

void PrintHeads(const sipctl::v1::CheckedCluster& checked, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"LOG", "PARTITION", "RECORDS", "LAST", "INDEX", "RECORDED", "NODE", "AT"}};
  for (const sipctl::v1::PartitionHead& head : checked.heads()) {
    rows.push_back({head.log(), absl::StrCat(head.partition()), absl::StrCat(head.records()), OrDash(head.kind()),
                    head.kind() == "command" ? absl::StrCat(head.idx()) : "-", FieldText(head, "recorded_at"), OrDash(head.node()),
                    OrDash(head.endpoint())});
  }
  out << AlignColumns(rows);
}

void PrintChecked(const sipctl::v1::CheckedCluster& checked, bool heads, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"BROKER", "ADDRESS", "VERDICT"}};
  for (const sipctl::v1::CheckedBroker& broker : checked.brokers()) {
    rows.push_back({absl::StrCat(broker.id()), broker.address(), broker.answers() ? "answers" : "DOES NOT ANSWER"});
  }
  out << "cluster " << checked.cluster_id() << "\n" << AlignColumns(rows);
  if (heads) {
    PrintHeads(checked, out);
  } else {
    PrintPartitions(checked, out);
  }
  out << "durability: " << checked.durability() << "\n";
  for (const sipctl::v1::Finding& finding : checked.findings()) {
    out << "FOUND  " << finding.where() << ": " << finding.what() << "\n  what to do: " << finding.to_do() << "\n";
  }
  if (checked.findings_size() > 0) {
    out << "verdict: " << checked.findings_size() << " findings\n";
  } else {
    out << "verdict: " << (heads ? "nothing found; the records before the last were not read\n" : "nothing found\n");
  }
}

}  // namespace

ExitCode RunLogCheck(const CommandLine& line) {
  const absl::StatusOr<CheckFlags> flags = ParseCheckFlags(line.arguments);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const absl::StatusOr<KafkaSite> site = LoadKafkaSite(flags->config, flags->topics, FromEnvironment::kYes);
  if (!site.ok()) return Fail(line, ExitCode::kUsage, site.status());
  const absl::StatusOr<sipctl::v1::CheckedCluster> checked = CheckCluster(*site, flags->heads);
  if (!checked.ok()) return Fail(line, ExitCode::kFailed, checked.status());
  if (line.flags.format == OutputFormat::kJson) {
    line.out << Format(*checked, OutputFormat::kJson);
  } else {
    PrintChecked(*checked, flags->heads, line.out);
  }
  return checked->findings_size() == 0 ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace sip
