#include "tools/sipctl/kafka_flags.h"

#include <unistd.h>

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/config/config.h"
#include "tools/sipctl/topics_file.h"

namespace sip {
namespace {

std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  return variables;
}

absl::StatusOr<Config> LoadFile(const std::string& file, FromEnvironment environment) {
  std::vector<std::string> arguments;
  if (!file.empty()) arguments = {"--config", file};
  const std::vector<std::string> variables = environment == FromEnvironment::kYes ? Environment() : std::vector<std::string>();
  SIP_ASSIGN_OR_RETURN(auto loaded, LoadConfig("sipctl", arguments, variables, ""));
  if (auto* const config = std::get_if<Config>(&loaded)) return std::move(*config);
  return absl::InternalError("a configuration without a flag asks to print something");
}

}  // namespace

absl::StatusOr<KafkaSite> LoadKafkaSite(const std::string& config_file, const std::string& topics_file,
                                        FromEnvironment environment) {
  SIP_ASSIGN_OR_RETURN(const Config config, LoadFile(config_file, environment));
  if (!config.OnKafka()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no kafka.brokers in ",
                                                   config_file.empty() ? "SIP_CONFIG" : config_file,
                                                   ": name the configuration of a server whose logs are on Kafka with --config"));
  }
  KafkaSite site;
  site.options = KafkaLogOptionsOf(config);
  SIP_ASSIGN_OR_RETURN(site.logs, ReadTopicsFile(topics_file, site.options));
  for (const NewKafkaLog& log : site.logs) site.options.logs.push_back(log.name);
  return site;
}

ExitCode ExitCodeOfLogs(const absl::Status& status) {
  if (absl::IsDataLoss(status) || absl::IsInternal(status)) return ExitCode::kDamageFound;
  if (absl::IsFailedPrecondition(status)) return ExitCode::kRefused;
  if (absl::IsInvalidArgument(status)) return ExitCode::kUsage;
  if (absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) return ExitCode::kNotAllowed;
  return absl::IsUnavailable(status) ? ExitCode::kTryAgain : ExitCode::kFailed;
}

}  // namespace sip
