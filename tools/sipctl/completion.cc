#include "tools/sipctl/completion.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/sipctl/global_flags.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {
namespace {

std::string Case(absl::string_view pattern, const std::vector<std::string>& words) {
  return absl::StrCat("    ", pattern, ") words=\"", absl::StrJoin(words, " "), "\" ;;\n");
}

std::vector<std::string> FlagsOf(const google::protobuf::Descriptor& request) {
  std::vector<std::string> flags = {"--file", "--help"};
  for (int i = 0; i < request.field_count(); ++i) {
    flags.push_back("--" + absl::StrReplaceAll(request.field(i)->name(), {{"_", "-"}}));
  }
  return flags;
}

}  // namespace

std::string BashCompletion() {
  std::vector<std::string> commands = {"plan", "deadlines", "case", "log", "verify", "completion"};
  std::string of_services;
  std::string of_rpcs;
  for (const CatalogService& service : AllServices()) {
    commands.push_back(service.name);
    std::vector<std::string> rpcs;
    for (int i = 0; i < service.descriptor->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service.descriptor->method(i);
      rpcs.push_back(KebabCase(method.name()));
      absl::StrAppend(&of_rpcs, Case(absl::StrCat("\"", service.name, " ", rpcs.back(), "\""), FlagsOf(*method.input_type())));
    }
    absl::StrAppend(&of_services, Case(absl::StrCat("\"", service.name, " \""), rpcs));
  }
  std::vector<std::string> globals;
  for (const std::string& name : GlobalFlagNames()) globals.push_back("--" + name);
  return absl::StrCat(
      "# bash completion of sipctl: source <(sipctl completion bash)\n"
      "_sipctl() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} command=\"\" rpc=\"\" words i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    [[ ${COMP_WORDS[i]} == -* || ${COMP_WORDS[i - 1]} == -* ]] && continue\n"
      "    if [[ -z $command ]]; then command=${COMP_WORDS[i]}; elif [[ -z $rpc ]]; then rpc=${COMP_WORDS[i]}; fi\n"
      "  done\n"
      "  case \"$command $rpc\" in\n",
      Case("\" \"", commands), Case("\"plan \"", {"show"}), Case("\"case \"", {"timeline"}),
      Case("\"log \"", {"cat", "summary", "export", "import", "init", "check"}), Case("\"completion \"", {"bash"}),
      Case("\"verify \"", {"--data-dir"}), Case("\"log cat\"", {"--data-dir", "--log", "--case-id", "--content"}),
      Case("\"log export\"", {"--data-dir", "--config", "--topics", "--to"}),
      Case("\"log summary\"", {"--data-dir", "--config", "--topics", "--from"}),
      Case("\"log import\"", {"--from", "--from-data-dir", "--from-config", "--data-dir", "--config", "--topics", "--no-topics"}),
      Case("\"log init\"", {"--config", "--topics", "--no-topics"}), Case("\"log check\"", {"--config", "--topics", "--heads"}),
      Case("\"plan show\"|\"case timeline\"", {"--case-id"}), of_services, of_rpcs,
      "    *) words=\"\" ;;\n"
      "  esac\n"
      "  [[ $current == -* ]] && words+=\" ",
      absl::StrJoin(globals, " "),
      "\"\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "}\n"
      "complete -o default -F _sipctl sipctl\n");
}

}  // namespace sip
