#include "tools/sipctl/verify.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/log_check.h"
#include "tools/sipctl/output.h"
#include "tools/sipctl/view_check.h"

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

ExitCode PrintDamagedLog(const LogCheckReport& report, std::ostream& out) {
  for (const std::string& problem : report.problems) out << "DAMAGED  " << problem << "\n";
  if (report.problem_count > report.problems.size()) out << "… and " << report.problem_count - report.problems.size() << " more\n";
  out << "verdict: damaged, " << report.problem_count << " problems in the log; the views were not compared with it\n";
  return ExitCode::kDamageFound;
}

std::string VerdictOf(const ViewCheck& check) {
  switch (check.verdict) {
    case ViewVerdict::kSame:
      return "same as a fresh fold of the log";
    case ViewVerdict::kAbsent:
      return "not there; sipd builds it when it starts";
    case ViewVerdict::kDiffers:
      return absl::StrCat("DIFFERS from the log, first at ", check.what);
    case ViewVerdict::kUnreadable:
      return absl::StrCat("NOT COMPARED: ", check.what);
  }
  return "";
}

bool IsBad(const ViewCheck& check) { return check.verdict == ViewVerdict::kDiffers || check.verdict == ViewVerdict::kUnreadable; }

// Of a sound log.
ExitCode PrintViews(const std::vector<ViewCheck>& checks, std::ostream& out) {
  constexpr char kSoundLog[] = "the log is sound (chain, payload digests, stream versions, partitions, imports)";
  if (std::all_of(checks.begin(), checks.end(), [](const ViewCheck& check) { return check.verdict == ViewVerdict::kAbsent; })) {
    out << "verdict: " << kSoundLog << "; there are no views, sipd builds them when it starts\n";
    return ExitCode::kOk;
  }
  std::vector<std::vector<std::string>> rows = {{"VIEW", "VERSION", "ROWS", "VERDICT"}};
  for (const ViewCheck& check : checks) {
    rows.push_back({check.name, absl::StrCat(check.version), absl::StrCat(check.rows), VerdictOf(check)});
  }
  out << AlignColumns(rows);
  if (const auto bad = std::count_if(checks.begin(), checks.end(), IsBad); bad > 0) {
    out << "verdict: damaged, " << bad << " views do not hold what the log says; " << kSoundLog << "\n";
    return ExitCode::kDamageFound;
  }
  out << "verdict: " << kSoundLog << ", and the views hold what it says\n";
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunVerify(const CommandLine& line) {
  const absl::StatusOr<DataFolderFlags> flags = ParseDataFolderFlags(line.arguments, false);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  // Before the log, which then holds all that they have read.
  const auto views = StoredViews::Open(flags->data_dir);
  if (!views.ok()) return Fail(line, ExitCode::kFailed, views.status());
  const auto store = OpenDataFolder(flags->data_dir);
  if (!store.ok()) {
    return Fail(line, store.status().code() == absl::StatusCode::kDataLoss ? ExitCode::kDamageFound : ExitCode::kFailed,
                store.status());
  }
  const absl::StatusOr<LogCheckReport> report = CheckLog(**store);
  if (!report.ok()) return Fail(line, ExitCode::kDamageFound, report.status());
  PrintLogs(*report, line.out);
  if (report->problem_count > 0) return PrintDamagedLog(*report, line.out);
  const absl::StatusOr<std::vector<ViewCheck>> checks = (*views)->CompareWith(**store);
  if (!checks.ok()) return Fail(line, ExitCode::kDamageFound, checks.status());
  return PrintViews(*checks, line.out);
}

}  // namespace sip
