#include "tests/cluster/independent_reading.h"

#include <cstdlib>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "libs/testing/child_process.h"

namespace sip {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(3);

absl::Status RunProgram(std::vector<std::string> words, const std::string& output) {
  ChildProcess program({std::move(words), output, {"SIP_"}, {}});
  SIP_RETURN_IF_ERROR(program.Start());
  const std::optional<int> code = program.AwaitEnd(kPatience);
  return code == 0 ? absl::OkStatus() : program.Failed("did not end well");
}

void WriteConfig(const ServiceCluster& cluster, const std::string& file) {
  const KafkaLogOptions& options = cluster.log_options();
  std::ofstream(file) << "kafka.brokers = " << options.connection.brokers
                      << "\nkafka.protocol = plaintext\nkafka.replicas = " << options.replicas
                      << "\nkafka.replicas_in_sync = " << options.replicas_in_sync << "\n";
}

absl::StatusOr<google::protobuf::Struct> FromJson(const std::string& json) {
  google::protobuf::Struct fields;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &fields);
  if (!parsed.ok()) return absl::DataLossError(absl::StrCat("no JSON: ", json.substr(0, 200)));
  return fields;
}

}  // namespace

absl::StatusOr<std::map<std::string, size_t>> CountRecordedCommands(ServiceCluster& cluster, const std::string& agency) {
  const char* const sipctl = std::getenv("SIP_SIPCTL");
  if (sipctl == nullptr) return absl::FailedPreconditionError("the environment does not say in SIP_SIPCTL where sipctl is");
  const std::string& folder = cluster.folder();
  WriteConfig(cluster, folder + "/copy.conf");
  SIP_RETURN_IF_ERROR(RunProgram({sipctl, "log", "export", "--config", folder + "/copy.conf", "--to", folder + "/copy"},
                                 folder + "/export.output"));
  SIP_RETURN_IF_ERROR(
      RunProgram({"/usr/bin/env", "python3", "tests/system/log_reader.py", folder + "/copy", "--commands", folder + "/commands"},
                 folder + "/reader.output"));
  std::map<std::string, size_t> recorded;
  std::ifstream lines(folder + "/commands");
  for (std::string line; std::getline(lines, line);) {
    SIP_ASSIGN_OR_RETURN(google::protobuf::Struct command, FromJson(line));
    if ((*command.mutable_fields())["acting_agency"].string_value() != agency) continue;
    ++recorded[(*command.mutable_fields())["command_id"].string_value()];
  }
  return recorded;
}

}  // namespace sip
