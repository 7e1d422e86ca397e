#include "libs/config/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/config/options.h"

namespace sip {
namespace {

constexpr uintmax_t kMaxFileBytes = 1 << 20;
constexpr absl::string_view kVariablePrefix = "SIP_";
constexpr absl::string_view kFileVariable = "SIP_CONFIG";
// Belongs to the golden tests, which start servers.
constexpr absl::string_view kForeignVariable = "SIP_UPDATE_GOLDEN";

std::string KeyOf(const Option& option) { return std::string(option.key); }
std::string FlagOf(const Option& option) { return option.Flag(); }
std::string VariableOf(const Option& option) { return option.Variable(); }

// One value from somewhere. `where` is for messages, such as "sipd.conf:12".
struct Setting {
  const Option* option;
  std::string value;
  std::string where;
};

// Collects settings in rising precedence, and every mistake on the way.
class Loader {
 public:
  void Mistake(std::string text) { mistakes_.push_back(std::move(text)); }
  void Apply(const Setting& setting) {
    const absl::Status status = setting.option->Set(setting.value, config_);
    if (status.ok()) return;
    Mistake(absl::StrCat(setting.where, ": ", setting.option->key, " = '", setting.value, "': ", std::string(status.message())));
  }
  void ApplyFile(const std::string& path);
  void ApplyEnvironment(const std::vector<std::string>& environment);
  absl::StatusOr<Config> Finish() const {
    if (mistakes_.empty()) return config_;
    return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "\n"));
  }

 private:
  void ApplyLine(absl::string_view line, const std::string& where);

  Config config_;
  std::vector<std::string> mistakes_;
  std::map<std::string, std::string> seen_in_file_;  // Key to where it was first set.
};

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  if (size > kMaxFileBytes) return absl::InvalidArgumentError(absl::StrCat(path, ": is larger than ", kMaxFileBytes, " bytes"));
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// A value may stand in double quotes, which then do not belong to it.
absl::string_view Unquoted(absl::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
  return value;
}

void Loader::ApplyLine(absl::string_view line, const std::string& where) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty() || line.front() == '#') return;
  const size_t equals = line.find('=');
  if (equals == absl::string_view::npos) return Mistake(absl::StrCat(where, ": expected 'key = value'"));
  const std::string key(absl::StripTrailingAsciiWhitespace(line.substr(0, equals)));
  const Option* option = FindOption(key);
  if (option == nullptr) return Mistake(absl::StrCat(where, ": unknown key '", key, "'.", Suggestion(key, KeyOf)));
  const auto [first, inserted] = seen_in_file_.emplace(key, where);
  if (!inserted) return Mistake(absl::StrCat(where, ": ", key, " is already set at ", first->second));
  Apply({option, std::string(Unquoted(absl::StripLeadingAsciiWhitespace(line.substr(equals + 1)))), where});
}

void Loader::ApplyFile(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadSmallFile(path);
  if (!content.ok()) return Mistake(std::string(content.status().message()));
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(*content, '\n')) ApplyLine(line, absl::StrCat(path, ":", ++number));
}

void Loader::ApplyEnvironment(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const std::pair<std::string, std::string> variable = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const std::string& name = variable.first;
    if (!absl::StartsWith(name, kVariablePrefix) || name == kFileVariable || name == kForeignVariable) continue;
    const auto options = AllOptions();
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.Variable() == name; });
    if (option == options.end()) {
      Mistake(absl::StrCat("environment: unknown variable '", name, "'.", Suggestion(name, VariableOf)));
    } else {
      Apply({&*option, variable.second, absl::StrCat("environment ", name)});
    }
  }
}

std::string VariableValue(const std::vector<std::string>& environment, absl::string_view name) {
  for (const std::string& entry : environment) {
    absl::string_view rest = entry;
    if (absl::ConsumePrefix(&rest, name) && absl::ConsumePrefix(&rest, "=")) return std::string(rest);
  }
  return "";
}

// The command line: flags of all options and the few of its own.
struct CommandLine {
  std::string config_file;
  bool print_config = false;
  bool version = false;
  std::vector<Setting> settings;
  std::vector<std::string> unknown;
  std::optional<std::string> help;
};

absl::StatusOr<CommandLine> ParseArguments(const std::string& process, const std::vector<std::string>& arguments) {
  CommandLine line;
  CLI::App app{"Event-sourced backend for coordinated individual plans (SIP).", process};
  app.allow_extras();
  app.add_option("--config", line.config_file, "Configuration file of 'key = value' lines. Also SIP_CONFIG.");
  app.add_flag("--print-config", line.print_config, "Print the configuration that results, and exit.");
  app.add_flag("--version", line.version, "Print the version, and exit.");
  std::map<std::string, std::string> values;
  for (const Option& option : AllOptions()) {
    std::string& value = values[KeyOf(option)];
    const std::string help = absl::StrCat(std::string(option.help), " [", option.Get(Config{}), "]");
    CLI::Option* flag = app.add_option(option.Flag(), value, help);
    // A switch alone means true.
    if (std::holds_alternative<SwitchOption>(option.kind)) flag->expected(0, 1)->default_str("true");
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    line.help = app.help();
    return line;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat("command line: ", error.what()));
  }
  for (const Option& option : AllOptions()) {
    const CLI::Option* flag = app.get_option(option.Flag());
    if (flag->count() == 0) continue;
    line.settings.push_back({&option, values[KeyOf(option)], absl::StrCat("flag ", option.Flag())});
  }
  line.unknown = app.remaining();
  return line;
}

}  // namespace

std::string Config::SecretFile() const { return secret_file.empty() ? absl::StrCat(data_dir, "/installation.key") : secret_file; }

absl::StatusOr<std::variant<Config, PrintAndExit>> LoadConfig(const std::string& process, const std::vector<std::string>& arguments,
                                                              const std::vector<std::string>& environment,
                                                              absl::string_view version) {
  const absl::StatusOr<CommandLine> line = ParseArguments(process, arguments);
  if (!line.ok()) return line.status();
  if (line->help.has_value()) return PrintAndExit{*line->help};
  if (line->version) return PrintAndExit{absl::StrCat(process, " ", version, "\n")};

  Loader loader;
  const std::string file = line->config_file.empty() ? VariableValue(environment, kFileVariable) : line->config_file;
  if (!file.empty()) loader.ApplyFile(file);
  loader.ApplyEnvironment(environment);
  for (const Setting& setting : line->settings) loader.Apply(setting);
  for (const std::string& flag : line->unknown) {
    const std::string name = flag.substr(0, flag.find('='));
    loader.Mistake(absl::StrCat("command line: unknown argument '", name, "'.", Suggestion(name, FlagOf)));
  }
  absl::StatusOr<Config> config = loader.Finish();
  if (!config.ok()) return config.status();
  if (line->print_config) return PrintAndExit{PrintConfig(*config)};
  return *config;
}

std::string PrintConfig(const Config& config) {
  std::string text;
  for (const Option& option : AllOptions()) {
    const std::string value = option.Get(config);
    // Quotes keep outer blanks, and quotes of the value's own.
    const bool plain = value == absl::StripAsciiWhitespace(value) && !absl::StartsWith(value, "\"");
    absl::StrAppend(&text, "# ", option.help, " (", option.Form(), ")\n", option.key, " = ",
                    plain ? value : absl::StrCat("\"", value, "\""), "\n\n");
  }
  text.pop_back();
  return text;
}

std::string ConfigDocumentation() {
  std::string text =
      "# Configuration\n\n"
      "Generated from `libs/config/options.cc` (`SIP_UPDATE_GOLDEN=1` and `config_test`); do not edit.\n\n"
      "A flag goes before the environment, the environment before the file, the file before the default. The file is named by\n"
      "`--config` or `SIP_CONFIG` and holds `key = value` lines; `#` at the start of a line makes it a comment. The key `a.b_c` is "
      "the\n"
      "flag `--a-b-c` and the variable `SIP_A_B_C`. Unknown keys are refused. `sipd --print-config` prints what results.\n\n"
      "| key | values | default | meaning |\n|---|---|---|---|\n";
  for (const Option& option : AllOptions()) {
    const std::string value = option.Get(Config{});
    absl::StrAppend(&text, "| `", option.key, "` | ", option.Form(), " | ", value.empty() ? "" : absl::StrCat("`", value, "`"),
                    " | ", option.help, " |\n");
  }
  return text;
}

}  // namespace sip
