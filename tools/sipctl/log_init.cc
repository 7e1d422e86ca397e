#include "tools/sipctl/log_init.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/kafka_flags.h"
#include "tools/sipctl/output.h"

namespace sip {
namespace {

struct InitFlags {
  std::string config;
  std::string topics = kTopicsFile;
  bool no_topics = false;
};

absl::StatusOr<InitFlags> ParseInitFlags(const std::vector<std::string>& arguments) {
  InitFlags flags;
  CLI::App app;
  app.add_option("--config", flags.config);
  app.add_option("--topics", flags.topics);
  app.add_flag("--no-topics", flags.no_topics);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return flags;
}

sipctl::v1::InitialisedLogs ToProto(const KafkaSite& site, const std::vector<InitialisedKafkaLog>& done) {
  sipctl::v1::InitialisedLogs initialised;
  for (const InitialisedKafkaLog& log : done) {
    initialised.set_installation_id(absl::BytesToHexString(log.identity.installation_id));
    sipctl::v1::InitialisedLog& row = *initialised.add_logs();
    row.set_log(log.identity.name);
    row.set_topic(site.options.TopicOf(log.identity.name));
    row.set_log_id(absl::BytesToHexString(log.identity.log_id));
    row.set_partitions(log.identity.partition_count);
    row.set_topic_made(log.topic_made);
    row.set_genesis_written(log.genesis_written);
  }
  return initialised;
}

void PrintDone(const sipctl::v1::InitialisedLogs& initialised, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"LOG", "TOPIC", "PARTITIONS", "LOG ID", "THE TOPIC", "GENESIS"}};
  for (const sipctl::v1::InitialisedLog& log : initialised.logs()) {
    rows.push_back({log.log(), log.topic(), absl::StrCat(log.partitions()), log.log_id(), log.topic_made() ? "made" : "was there",
                    absl::StrCat(log.genesis_written(), " written, ", log.partitions() - log.genesis_written(), " were there")});
  }
  out << AlignColumns(rows) << "installation " << initialised.installation_id() << "\n";
}

}  // namespace

ExitCode RunLogInit(const CommandLine& line) {
  const absl::StatusOr<InitFlags> flags = ParseInitFlags(line.arguments);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const absl::StatusOr<KafkaSite> site = LoadKafkaSite(flags->config, flags->topics, FromEnvironment::kYes);
  if (!site.ok()) return Fail(line, ExitCode::kUsage, site.status());
  std::vector<InitialisedKafkaLog> done;
  const absl::Status status = InitKafkaLogs(site->options, site->logs, RandomBytes(16), !flags->no_topics, &done);
  const sipctl::v1::InitialisedLogs initialised = ToProto(*site, done);
  if (line.flags.format == OutputFormat::kJson) {
    line.out << Format(initialised, OutputFormat::kJson);
  } else if (!done.empty()) {
    PrintDone(initialised, line.out);
  }
  if (status.ok()) return ExitCode::kOk;
  return Fail(line, ExitCodeOfLogs(status),
              absl::Status(status.code(), absl::StrCat(status.message(), "; what was made stays: see to it, and run this again")));
}

}  // namespace sip
