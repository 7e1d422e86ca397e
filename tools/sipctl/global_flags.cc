#include "tools/sipctl/global_flags.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sip {
namespace {

struct RawFlags {
  GlobalFlags flags;
  std::string timeout = "30s";
  std::string output = "table";
};

// The one list of global flags.
std::unique_ptr<CLI::App> MakeApp(RawFlags& raw) {
  auto app = std::make_unique<CLI::App>("", "sipctl");
  Connection& connection = raw.flags.connection;
  app->allow_extras();
  app->set_help_flag("-h,--help", "Say what can be done here.");
  app->add_option("--address", connection.address, "The server [127.0.0.1:7443]")->envname("SIPCTL_ADDRESS");
  app->add_option("--agency", connection.agency, "Agency that acts; only with --development-identity")->envname("SIPCTL_AGENCY");
  app->add_option("--unit", connection.unit, "Its unit; likewise")->envname("SIPCTL_UNIT");
  app->add_option("--actor", connection.actor, "The person who acts; likewise")->envname("SIPCTL_ACTOR");
  app->add_option("--cert", connection.certificate_file, "Client certificate, PEM; it names the agency")->envname("SIPCTL_CERT");
  app->add_option("--key", connection.key_file, "Its private key, PEM")->envname("SIPCTL_KEY");
  app->add_option("--ca", connection.ca_file, "Who signed the server's certificate, PEM")->envname("SIPCTL_CA");
  app->add_option("--timeout", raw.timeout, "How long to wait for an answer [30s]")->envname("SIPCTL_TIMEOUT");
  app->add_option("--lang", connection.language, "Language of refusals: sv or en [en]")->envname("SIPCTL_LANG");
  app->add_option("--token", connection.consistency_tokens, "Answer only when this has been seen; repeatable")
      ->allow_extra_args(false);
  app->add_option("-o,--output", raw.output, "table or json [table]");
  return app;
}

absl::Status CheckTls(const Connection& connection) {
  const bool any = !connection.certificate_file.empty() || !connection.key_file.empty() || !connection.ca_file.empty();
  const bool all = !connection.certificate_file.empty() && !connection.key_file.empty() && !connection.ca_file.empty();
  if (any && !all) return absl::InvalidArgumentError("--cert, --key and --ca belong together: give all three, or none");
  return absl::OkStatus();
}

absl::Status Finish(RawFlags& raw) {
  Connection& connection = raw.flags.connection;
  if (!absl::ParseDuration(raw.timeout, &connection.timeout) || connection.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("--timeout: \"", raw.timeout, "\" is not a time such as 5s"));
  }
  if (connection.language != "sv" && connection.language != "en") {
    return absl::InvalidArgumentError(absl::StrCat("--lang: \"", connection.language, "\" is neither sv nor en"));
  }
  if (raw.output != "table" && raw.output != "json") {
    return absl::InvalidArgumentError(absl::StrCat("--output: \"", raw.output, "\" is neither table nor json"));
  }
  raw.flags.format = raw.output == "json" ? OutputFormat::kJson : OutputFormat::kTable;
  return CheckTls(connection);
}

}  // namespace

absl::StatusOr<GlobalFlags> ParseGlobalFlags(const std::vector<std::string>& arguments) {
  RawFlags raw;
  const std::unique_ptr<CLI::App> app = MakeApp(raw);
  // Help belongs to whatever command it stands behind, so it is no error and ends nothing here.
  std::vector<std::string> reversed;
  for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
    if (*argument == "--help" || *argument == "-h") {
      raw.flags.help = true;
    } else {
      reversed.push_back(*argument);
    }
  }
  try {
    app->parse(reversed);
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  raw.flags.rest = app->remaining();
  if (absl::Status status = Finish(raw); !status.ok()) return status;
  return std::move(raw.flags);
}

std::string DescribeGlobalFlags() {
  RawFlags raw;
  std::string text = "Flags of every command (also from the environment, --agency from SIPCTL_AGENCY and so on):\n";
  const std::unique_ptr<CLI::App> app = MakeApp(raw);
  for (const CLI::Option* option : app->get_options()) {
    const std::string name = option->get_name(false, true);
    absl::StrAppend(&text, "  ", name, std::string(name.size() < 14 ? 14 - name.size() : 1, ' '), option->get_description(), "\n");
  }
  return text;
}

std::vector<std::string> GlobalFlagNames() {
  RawFlags raw;
  std::vector<std::string> names;
  const std::unique_ptr<CLI::App> app = MakeApp(raw);
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

}  // namespace sip
