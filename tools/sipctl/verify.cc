#include "tools/sipctl/verify.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/log_check.h"
#include "tools/sipctl/output.h"

namespace sip {
namespace {

void PrintLogs(const LogCheckReport& report, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"LOG", "PARTITIONS", "RECORDS", "COMMANDS", "EVENTS", "VOID"}};
  for (const auto& [name, log] : report.logs) {
    rows.push_back({name, absl::StrCat(log.partitions), absl::StrCat(log.records), absl::StrCat(log.commands),
                    absl::StrCat(log.events), absl::StrCat(log.void_records)});
  }
  out << AlignColumns(rows);
}

ExitCode PrintVerdict(const LogCheckReport& report, std::ostream& out) {
  for (const std::string& problem : report.problems) out << "DAMAGED  " << problem << "\n";
  if (report.problem_count > report.problems.size()) out << "… and " << report.problem_count - report.problems.size() << " more\n";
  if (report.problem_count > 0) {
    out << "verdict: damaged, " << report.problem_count << " problems in the log\n";
    return ExitCode::kDamageFound;
  }
  out << "verdict: the log is sound (chain, payload digests, stream versions, partitions, imports)\n";
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunVerify(const CommandLine& line) {
  const absl::StatusOr<DataFolderFlags> flags = ParseDataFolderFlags(line.arguments, false);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const auto store = OpenDataFolder(flags->data_dir);
  if (!store.ok()) {
    return Fail(line, store.status().code() == absl::StatusCode::kDataLoss ? ExitCode::kDamageFound : ExitCode::kFailed,
                store.status());
  }
  const absl::StatusOr<LogCheckReport> report = CheckLog(**store);
  if (!report.ok()) return Fail(line, ExitCode::kDamageFound, report.status());
  PrintLogs(*report, line.out);
  return PrintVerdict(*report, line.out);
}

}  // namespace sip
