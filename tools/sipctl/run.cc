#include "tools/sipctl/run.h"

#include <algorithm>

#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/deadline_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tools/sipctl/cluster_check.h"
#include "tools/sipctl/command.h"
#include "tools/sipctl/completion.h"
#include "tools/sipctl/global_flags.h"
#include "tools/sipctl/help.h"
#include "tools/sipctl/log_cat.h"
#include "tools/sipctl/log_copy.h"
#include "tools/sipctl/log_init.h"
#include "tools/sipctl/request_builder.h"
#include "tools/sipctl/service_catalog.h"
#include "tools/sipctl/shortcuts.h"
#include "tools/sipctl/verify.h"

namespace sip {
namespace {

// Commands that are no RPC.
struct Builtin {
  std::vector<std::string> words;
  // Its flags are the fields of this request; null if it has flags of its own, which the program's help names.
  const google::protobuf::Descriptor* request;
  ExitCode (*run)(const CommandLine& line);
};

ExitCode PrintCompletion(const CommandLine& line) {
  line.out << BashCompletion();
  return ExitCode::kOk;
}

const std::vector<Builtin>& Builtins() {
  static const auto* const builtins = new std::vector<Builtin>{
      {{"plan", "show"}, views::v1::GetCurrentPlanRequest::descriptor(), ShowPlan},
      {{"deadlines"}, views::v1::ListDeadlinesRequest::descriptor(), ShowDeadlines},
      {{"case", "timeline"}, views::v1::GetTimelineRequest::descriptor(), ShowTimeline},
      {{"log", "cat"}, nullptr, RunLogCat},
      {{"log", "init"}, nullptr, RunLogInit},
      {{"log", "check"}, nullptr, RunLogCheck},
      {{"log", "summary"}, nullptr, RunLogSummary},
      {{"log", "export"}, nullptr, RunLogExport},
      {{"log", "import"}, nullptr, RunLogImport},
      {{"verify"}, nullptr, RunVerify},
      {{"completion", "bash"}, nullptr, PrintCompletion},
  };
  return *builtins;
}

bool StartsWith(const std::vector<std::string>& words, const std::vector<std::string>& start) {
  return words.size() >= start.size() && std::equal(start.begin(), start.end(), words.begin());
}

CommandLine Behind(size_t words, const GlobalFlags& flags, std::ostream& out, std::ostream& err) {
  return {flags, {flags.rest.begin() + static_cast<std::ptrdiff_t>(words), flags.rest.end()}, out, err};
}

ExitCode RunService(const GlobalFlags& flags, std::ostream& out, std::ostream& err) {
  const CommandLine whole{flags, flags.rest, out, err};
  const absl::StatusOr<const CatalogService*> service = FindService(flags.rest[0]);
  if (!service.ok()) return Fail(whole, ExitCode::kUsage, service.status());
  if (flags.rest.size() == 1) {
    (flags.help ? out : err) << DescribeService(**service);
    return flags.help ? ExitCode::kOk : ExitCode::kUsage;
  }
  const auto method = FindMethod(flags.rest[0], flags.rest[1]);
  if (!method.ok()) return Fail(whole, ExitCode::kUsage, method.status());
  if (flags.help) {
    out << DescribeRpc(flags.rest[0], **method);
    return ExitCode::kOk;
  }
  return RunRpc(Behind(2, flags, out, err), **method);
}

}  // namespace

ExitCode RunSipctl(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<GlobalFlags> flags = ParseGlobalFlags(arguments);
  if (!flags.ok()) {
    err << "sipctl: " << flags.status().message() << "; see: sipctl --help\n";
    return ExitCode::kUsage;
  }
  if (flags->rest.empty()) {
    (flags->help ? out : err) << DescribeProgram();
    return flags->help ? ExitCode::kOk : ExitCode::kUsage;
  }
  for (const Builtin& builtin : Builtins()) {
    if (!StartsWith(flags->rest, builtin.words)) continue;
    if (!flags->help) return builtin.run(Behind(builtin.words.size(), *flags, out, err));
    out << (builtin.request == nullptr ? DescribeProgram() : DescribeFlags(*builtin.request));
    return ExitCode::kOk;
  }
  return RunService(*flags, out, err);
}

}  // namespace sip
