#include "tools/sipctl/help.h"

#include "absl/strings/str_cat.h"
#include "tools/sipctl/exit_code.h"
#include "tools/sipctl/global_flags.h"
#include "tools/sipctl/request_builder.h"

namespace sip {

std::string DescribeProgram() {
  std::string text = R"(sipctl calls a sipd server, and looks into its data folder.

  sipctl SERVICE RPC --field VALUE ... [--file REQUEST.txtpb]
  sipctl plan show --case-id ID         the current plan as a document, and where it stands
  sipctl deadlines [--case-id ID]       deadlines, the one due first at the top
  sipctl case timeline --case-id ID     all that has happened in a case
  sipctl log cat --data-dir DIR         the records of a data folder; texts are hidden without --content
  sipctl log summary --data-dir DIR     how far each partition of a data folder goes, its head, claims, and what is void
  sipctl log summary --from FOLDER      the same of a copy
  sipctl log export --data-dir DIR --to FOLDER
                                        copies the logs of a data folder into files, and compares both at the end
  sipctl log import --from FOLDER --data-dir DIR
                                        makes a data folder of such a copy; either goes on where it was interrupted
  sipctl log import --from-data-dir DIR | --from-config FILE ...
                                        the same without files between
  sipctl log init --config FILE         makes the topics of an installation on Kafka, and their first records; --no-topics where
                                        somebody else makes them
  sipctl log check --config FILE        looks at brokers, topics and every record of a Kafka cluster; --heads at the last only
  sipctl verify --data-dir DIR          checks every record of a data folder, and its views against them
  sipctl completion bash                a script for bash: source <(sipctl completion bash)

Logs on Kafka: --config FILE, a server's configuration (the environment goes before it), stands where --data-dir DIR does. The logs
are those of --topics FILE [deploy/topics.yaml].

Services (sipctl SERVICE --help lists the RPCs, sipctl SERVICE RPC --help the flags):
)";
  for (const CatalogService& service : AllServices()) {
    absl::StrAppend(&text, "  ", service.name, std::string(service.name.size() < 18 ? 18 - service.name.size() : 1, ' '),
                    service.descriptor->full_name(), "\n");
  }
  absl::StrAppend(&text, "\n", DescribeGlobalFlags(), "\n", DescribeExitCodes());
  return text;
}

std::string DescribeService(const CatalogService& service) {
  std::string text = absl::StrCat("RPCs of ", service.descriptor->full_name(), ":\n");
  for (int i = 0; i < service.descriptor->method_count(); ++i) {
    absl::StrAppend(&text, "  ", KebabCase(service.descriptor->method(i)->name()), "\n");
  }
  return text;
}

std::string DescribeRpc(const std::string& service, const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat(
      "sipctl ", service, " ", KebabCase(method.name()), " --field VALUE ...   (", method.full_name(), ")\n\n",
      "  --file PATH  the request, or a part of it, in protobuf text format\n", DescribeFlags(*method.input_type()),
      "\nFields of a field are set with dots, such as --taken-by.unit.agency-id; an element of a list may be given as\n",
      "text format in braces. A request id is made up where none is given.\n");
}

}  // namespace sip
