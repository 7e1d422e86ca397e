// How fast the view of current plans is folded and rebuilt from a real log, against reading and decoding the same records and doing
// nothing with them.
//
// --data is the data folder of a sipd that does not run, such as rpc_benchmark leaves behind with --folder.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/codec/codec.h"
#include "libs/eventsourcing/decider.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/views/fold_logs.h"
#include "libs/views/memory_view.h"
#include "services/plans/domain/plans_context.h"
#include "services/views/projections/current_plan.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

// Looks at every record and keeps nothing but their number.
class CountingProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "counting"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {PlansContext::kLogName}; }
  void Apply(const RecordedCommand& record, ViewBatch&) const override { *events += record.events.size(); }

  const std::unique_ptr<size_t> events = std::make_unique<size_t>(0);
};

double FoldSeconds(const FoldInput& input) {
  MemoryView view;
  const absl::Time begun = absl::Now();
  if (const auto folded = FoldLogs(input, nullptr, view); !folded.ok()) Die(folded.status().ToString());
  return absl::ToDoubleSeconds(absl::Now() - begun);
}

double RebuildSeconds(const FoldInput& input, const std::string& folder) {
  std::filesystem::remove_all(folder);
  const absl::Time begun = absl::Now();
  if (const absl::Status rebuilt = RebuildView(input, {.path = folder}); !rebuilt.ok()) Die(rebuilt.ToString());
  return absl::ToDoubleSeconds(absl::Now() - begun);
}

int Main(int argc, char** argv) {
  const Flags flags = ReadFlags(argc, argv, {{"json", ""}, {"data", ""}, {"folder", "."}, {"rounds", "5"}});
  BenchmarkReport report(argc, argv);
  auto store = RocksLogStore::Open({.path = flags.at("data") + "/log", .create_if_missing = false, .read_only = true});
  if (!store.ok()) Die(store.status().ToString());
  Codec codec;
  codec.AddModel(*MakeContextModel<PlansContext>());
  const std::vector<EventLog*> logs = {(*store)->log(PlansContext::kLogName)};
  const CurrentPlanProjection plans;
  const CountingProjection counting;
  const std::string folder = flags.at("folder") + "/rebuilt";
  std::vector<double> scans;
  std::vector<double> folds;
  std::vector<double> rebuilds;
  FoldSeconds({counting, logs, codec});  // Warms the cache.
  const double events = static_cast<double>(*counting.events);
  for (size_t round = 0; round < CountFlag(flags, "rounds"); ++round) {
    scans.push_back(events / FoldSeconds({counting, logs, codec}));
    folds.push_back(events / FoldSeconds({plans, logs, codec}));
    rebuilds.push_back(events / RebuildSeconds({plans, logs, codec}, folder));
  }
  std::filesystem::remove_all(folder);
  report.Add({"events of the log sip.plans", events, "events", 0});
  report.Add({"fold of the current-plan view, against a decoding scan", Median(folds), "events/s", Median(scans)});
  report.Add({"rebuild of the current-plan view, against the scan", Median(rebuilds), "events/s", Median(scans)});
  return report.Finish();
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }
