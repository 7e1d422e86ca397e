#include "tools/sipctl/log_copy.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/log_copy/copy_logs.h"
#include "libs/log_copy/file_copy.h"
#include "libs/log_copy/record_merge.h"
#include "libs/log_kafka/cluster_audit.h"
#include "libs/log_kafka/record_copy.h"
#include "libs/log_rocks/record_copy.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/kafka_flags.h"
#include "tools/sipctl/output.h"

namespace sip {
namespace {

// So much of a digest is shown to people.
constexpr size_t kShownDigits = 16;

// Where logs lie; exactly one of the first three is set.
struct Place {
  std::string folder;
  std::string data_dir;
  std::string config;
  FromEnvironment environment = FromEnvironment::kYes;

  int count() const {
    return static_cast<int>(!folder.empty()) + static_cast<int>(!data_dir.empty()) + static_cast<int>(!config.empty());
  }
};

struct CopyFlags {
  Place source;
  Place target;
  std::string topics = kTopicsFile;
  bool no_topics = false;
};

enum class CopyCommand { kExport, kImport, kSummary };

void AddFlags(CopyCommand command, CLI::App& app, CopyFlags& flags) {
  app.add_option("--topics", flags.topics);
  Place& here = command == CopyCommand::kImport ? flags.target : flags.source;
  app.add_option("--data-dir", here.data_dir);
  app.add_option("--config", here.config);
  if (command == CopyCommand::kExport) app.add_option("--to", flags.target.folder);
  if (command != CopyCommand::kExport) app.add_option("--from", flags.source.folder);
  if (command != CopyCommand::kImport) return;
  app.add_option("--from-data-dir", flags.source.data_dir);
  app.add_option("--from-config", flags.source.config);
  app.add_flag("--no-topics", flags.no_topics);
  flags.source.environment = FromEnvironment::kNo;
}

absl::StatusOr<CopyFlags> ParseCopyFlags(const CommandLine& line, CopyCommand command) {
  CopyFlags flags;
  CLI::App app;
  AddFlags(command, app, flags);
  try {
    app.parse(std::vector<std::string>(line.arguments.rbegin(), line.arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  switch (command) {
    case CopyCommand::kExport:
      if (flags.source.count() == 1 && flags.target.count() == 1) return flags;
      return absl::InvalidArgumentError("give either --data-dir or --config, and --to");
    case CopyCommand::kImport:
      if (flags.source.count() == 1 && flags.target.count() == 1) return flags;
      return absl::InvalidArgumentError("give one of --from, --from-data-dir and --from-config, and either --data-dir or --config");
    case CopyCommand::kSummary:
      if (flags.source.count() == 1) return flags;
      return absl::InvalidArgumentError("give one of --data-dir, --config and --from");
  }
  return absl::InternalError("unknown command");
}

absl::StatusOr<std::unique_ptr<RecordSource>> OpenDataFolderAsSource(const std::string& data_dir) {
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<RocksLogStore> store, OpenDataFolder(data_dir));
  return NewRocksRecordSource(std::move(store));
}

absl::StatusOr<std::unique_ptr<RecordSource>> OpenSource(const Place& place, const std::string& topics) {
  if (!place.folder.empty()) return OpenFileCopy(place.folder);
  if (!place.data_dir.empty()) return OpenDataFolderAsSource(place.data_dir);
  SIP_ASSIGN_OR_RETURN(const KafkaSite site, LoadKafkaSite(place.config, topics, place.environment));
  return OpenKafkaRecordSource(site.options, VisitMerged);
}

// A data folder without a log must have nothing else: views and streams would be of another history.
absl::Status CheckMayBeFilled(const std::string& data_dir) {
  std::error_code error;
  if (std::filesystem::exists(data_dir + "/log", error) || !std::filesystem::exists(data_dir, error)) return absl::OkStatus();
  if (std::filesystem::is_empty(data_dir, error) && !error) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(data_dir, " has no log but is not empty; name an empty folder"));
}

// A copy of a cluster onto itself would be found whole, and be none.
absl::Status CheckIsAnotherPlace(const CopyFlags& flags, const KafkaLogOptions& target) {
  if (flags.source.config.empty()) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(const KafkaSite source, LoadKafkaSite(flags.source.config, flags.topics, flags.source.environment));
  if (source.options.topic_prefix != target.topic_prefix) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(const std::string from, KafkaClusterId(source.options));
  SIP_ASSIGN_OR_RETURN(const std::string to, KafkaClusterId(target));
  if (from != to) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(flags.source.config, " and ", flags.target.config,
                                                    " name the same topics of the same cluster (", to,
                                                    "): see what SIP_KAFKA_ variables say over the file of the target"));
}

absl::StatusOr<std::unique_ptr<RecordTarget>> OpenTarget(const CopyFlags& flags) {
  const Place& place = flags.target;
  if (!place.folder.empty()) return NewFileCopyTarget(place.folder);
  if (!place.data_dir.empty()) {
    SIP_RETURN_IF_ERROR(CheckMayBeFilled(place.data_dir));
    return NewRocksRecordTarget(place.data_dir + "/log");
  }
  SIP_ASSIGN_OR_RETURN(KafkaSite site, LoadKafkaSite(place.config, flags.topics, place.environment));
  SIP_RETURN_IF_ERROR(CheckIsAnotherPlace(flags, site.options));
  return NewKafkaRecordTarget(site.options, std::move(site.logs), flags.no_topics ? MakeTopics::kNo : MakeTopics::kYes,
                              VisitMerged);
}

sipctl::v1::ComparedPartition ToProto(const CopyReport::Partition& partition) {
  sipctl::v1::ComparedPartition compared;
  compared.set_log(partition.source.log);
  compared.set_partition(partition.source.partition);
  compared.set_commands(partition.target.state.next_idx);
  compared.set_head(absl::BytesToHexString(partition.target.state.head));
  compared.set_state_digest(absl::BytesToHexString(FoldStateDigest(partition.target.state)));
  compared.set_records_there_before(partition.already_there);
  compared.set_records_copied(partition.source.records - partition.already_there);
  compared.set_same(partition.same());
  return compared;
}

void PrintComparison(const sipctl::v1::CopiedLogs& copied, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LOG", "PARTITION", "COMMANDS", "HEAD", "STATE", "WERE THERE", "COPIED", "VERDICT"}};
  uint64_t records = 0;
  for (const sipctl::v1::ComparedPartition& partition : copied.partitions()) {
    records += partition.records_copied();
    rows.push_back({partition.log(), absl::StrCat(partition.partition()), absl::StrCat(partition.commands()),
                    partition.head().substr(0, kShownDigits), partition.state_digest().substr(0, kShownDigits),
                    absl::StrCat(partition.records_there_before()), absl::StrCat(partition.records_copied()),
                    partition.same() ? "same" : "DIFFERS"});
  }
  out << AlignColumns(rows);
  if (copied.same()) {
    out << "verdict: both fold to the same history; " << records << " records copied\n";
  } else {
    out << "verdict: the copy folds to ANOTHER history; do not use it\n";
  }
}

absl::StatusOr<CopyReport> CopyAsAsked(const CopyFlags& flags) {
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<RecordTarget> target, OpenTarget(flags));
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<RecordSource> source, OpenSource(flags.source, flags.topics));
  return CopyLogs(*source, *target);
}

ExitCode RunCopy(const CommandLine& line, CopyCommand command) {
  const absl::StatusOr<CopyFlags> flags = ParseCopyFlags(line, command);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const absl::StatusOr<CopyReport> report = CopyAsAsked(*flags);
  if (!report.ok()) return Fail(line, ExitCodeOfLogs(report.status()), report.status());
  sipctl::v1::CopiedLogs copied;
  copied.set_same(report->same());
  for (const CopyReport::Partition& partition : report->partitions) *copied.add_partitions() = ToProto(partition);
  if (line.flags.format == OutputFormat::kJson) {
    line.out << Format(copied, OutputFormat::kJson);
  } else {
    PrintComparison(copied, line.out);
  }
  return report->same() ? ExitCode::kOk : ExitCode::kDamageFound;
}

void PrintSummary(const sipctl::v1::LogSummary& summary, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LOG", "PARTITION", "COMMANDS", "HEAD", "STATE", "CLAIMS", "LOST", "COPIES", "STALE", "HOLES", "LAST RECORDED", "VERDICT"}};
  for (const sipctl::v1::SummarizedPartition& partition : summary.partitions()) {
    rows.push_back({partition.log(), absl::StrCat(partition.partition()), absl::StrCat(partition.next_idx()),
                    partition.head().substr(0, kShownDigits), partition.state_digest().substr(0, kShownDigits),
                    absl::StrCat(partition.claims_won()), absl::StrCat(partition.void_().lost()),
                    absl::StrCat(partition.void_().copy()), absl::StrCat(partition.void_().stale()),
                    absl::StrCat(partition.void_().hole()), FieldText(partition, "last_recorded_at"), VerdictOf(partition)});
  }
  out << AlignColumns(rows) << (summary.sound() ? "verdict: sound\n" : "verdict: damaged\n");
}

}  // namespace

sipctl::v1::SummarizedPartition ToProto(const PartitionSummary& summary) {
  sipctl::v1::SummarizedPartition partition;
  const FoldState& state = summary.state;
  partition.set_log(summary.log);
  partition.set_partition(summary.partition);
  partition.set_records(summary.records);
  partition.set_next_idx(state.next_idx);
  partition.set_head(absl::BytesToHexString(state.head));
  // The log's id is the first that won.
  const size_t won = state.won.ids().size();
  partition.set_claims_won(won == 0 ? 0 : won - 1);
  partition.set_claims_lost(state.lost.ids().size());
  partition.mutable_void_()->set_copy(summary.void_copies);
  partition.mutable_void_()->set_stale(summary.void_stale);
  partition.mutable_void_()->set_lost(summary.void_lost);
  partition.mutable_void_()->set_hole(summary.void_holes);
  if (state.last_recorded_at != absl::InfinitePast()) *partition.mutable_last_recorded_at() = sip::ToProto(state.last_recorded_at);
  if (state.started) partition.set_state_digest(absl::BytesToHexString(FoldStateDigest(state)));
  partition.set_damaged_payloads(summary.damaged_payloads);
  if (summary.stopped.ok()) return partition;
  partition.mutable_stopped()->set_code(absl::StatusCodeToString(summary.stopped.code()));
  partition.mutable_stopped()->set_record(summary.records);
  partition.mutable_stopped()->set_why(std::string(summary.stopped.message()));
  return partition;
}

std::string VerdictOf(const sipctl::v1::SummarizedPartition& partition) {
  if (partition.has_stopped()) {
    return absl::StrCat("STOPS at record ", partition.stopped().record(), ": ", partition.stopped().why());
  }
  return partition.damaged_payloads() == 0 ? "sound" : absl::StrCat(partition.damaged_payloads(), " PAYLOADS ARE DAMAGED");
}

ExitCode RunLogExport(const CommandLine& line) { return RunCopy(line, CopyCommand::kExport); }

ExitCode RunLogImport(const CommandLine& line) { return RunCopy(line, CopyCommand::kImport); }

ExitCode RunLogSummary(const CommandLine& line) {
  const absl::StatusOr<CopyFlags> flags = ParseCopyFlags(line, CopyCommand::kSummary);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const auto source = OpenSource(flags->source, flags->topics);
  if (!source.ok()) return Fail(line, ExitCodeOfLogs(source.status()), source.status());
  const absl::StatusOr<std::vector<PartitionSummary>> partitions = Summarize(**source);
  if (!partitions.ok()) return Fail(line, ExitCodeOfLogs(partitions.status()), partitions.status());
  sipctl::v1::LogSummary summary;
  summary.set_sound(true);
  for (const PartitionSummary& partition : *partitions) {
    *summary.add_partitions() = ToProto(partition);
    if (!partition.sound()) summary.set_sound(false);
  }
  if (line.flags.format == OutputFormat::kJson) {
    line.out << Format(summary, OutputFormat::kJson);
  } else {
    PrintSummary(summary, line.out);
  }
  return summary.sound() ? ExitCode::kOk : ExitCode::kDamageFound;
}

}  // namespace sip
