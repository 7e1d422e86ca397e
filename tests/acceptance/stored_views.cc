#include "tests/acceptance/stored_views.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/codec/codec.h"
#include "libs/eventsourcing/decider.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/rules/load.h"
#include "libs/rules/rule_book.h"
#include "libs/testing/scenario_text.h"
#include "libs/views/fold_logs.h"
#include "libs/views/memory_view.h"
#include "libs/views/view_folder.h"
#include "libs/views/view_store.h"
#include "services/consent/domain/consent.h"
#include "services/deviations/domain/deviations.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/plans/domain/plans_context.h"
#include "services/views/projections/registry.h"

namespace sip {
namespace {

std::string ViewsOf(const std::string& data_dir) { return data_dir + "/views"; }

// What every fold of this folder needs.
struct OpenData {
  std::unique_ptr<RocksLogStore> store;
  Codec codec;
  RuleBook rule_book;
};

absl::Status Open(const std::string& data_dir, const std::string& rules_dir, OpenData& data) {
  SIP_ASSIGN_OR_RETURN(data.store, RocksLogStore::Open({.path = data_dir + "/log", .create_if_missing = false, .read_only = true}));
  data.codec.AddModel(*MakeContextModel<PlansContext>());
  data.codec.AddModel(*MakeContextModel<ConsentContext>());
  data.codec.AddModel(*MakeContextModel<MeetingsContext>());
  data.codec.AddModel(*MakeContextModel<DeviationsContext>());
  SIP_ASSIGN_OR_RETURN(const auto rule_sets, LoadRuleSets(rules_dir));
  for (const auto& rule_set : rule_sets) data.rule_book.Add(rule_set);
  return absl::OkStatus();
}

std::vector<ViewPosition> PositionsOf(const std::vector<ViewCheckpoint>& checkpoints) {
  std::vector<ViewPosition> positions;
  for (const ViewCheckpoint& at : checkpoints) {
    const FoldState& fold = at.checkpoint.fold;
    positions.push_back({at.log_name, fold.log_id, at.partition, fold.next_idx, fold.head.substr(0, 8)});
  }
  return positions;
}

absl::Status Compare(const ViewStore& store, const MemoryView& folded, absl::string_view view) {
  auto expected = folded.rows().begin();
  absl::Status difference;
  const auto differ = [&](absl::string_view key) {
    difference = absl::DataLossError(absl::StrCat(view, " differs from the log at ", absl::CHexEscape(key)));
    return false;
  };
  SIP_RETURN_IF_ERROR(store.Snapshot()->Scan({}, [&](absl::string_view key, absl::string_view value) {
    if (expected == folded.rows().end() || key != expected->first || value != expected->second) return differ(key);
    ++expected;
    return true;
  }));
  if (difference.ok() && expected != folded.rows().end()) differ(expected->first);
  return difference;
}

absl::Status CheckView(const OpenData& data, const std::string& data_dir, const Projection& projection) {
  const ViewFolder folder(ViewsOf(data_dir), projection.Name(), projection.SchemaVersion());
  const std::optional<std::string> path = folder.Current();
  if (!path.has_value()) return absl::NotFoundError(absl::StrCat("there is no view ", projection.Name()));
  SIP_ASSIGN_OR_RETURN(const auto stored, ViewStore::Open({.path = *path, .create_if_missing = false, .read_only = true}));
  SIP_ASSIGN_OR_RETURN(const auto checkpoints, stored->Checkpoints());
  std::vector<EventLog*> logs;
  for (const std::string& name : projection.Logs()) logs.push_back(data.store->log(name));
  MemoryView folded;
  SIP_RETURN_IF_ERROR(FoldLogs({projection, logs, data.codec}, UpTo(PositionsOf(checkpoints)), folded).status());
  return Compare(*stored, folded, projection.Name());
}

}  // namespace

absl::Status CheckStoredViews(const std::string& data_dir, const std::string& rules_dir) {
  OpenData data;
  SIP_RETURN_IF_ERROR(Open(data_dir, rules_dir, data));
  for (const auto& projection : AllProjections(data.rule_book, Stockholm())) {
    SIP_RETURN_IF_ERROR(CheckView(data, data_dir, *projection));
  }
  return absl::OkStatus();
}

absl::Status DeleteStoredViews(const std::string& data_dir) {
  std::error_code error;
  if (std::filesystem::remove_all(ViewsOf(data_dir), error) == 0 || error) {
    return absl::NotFoundError(absl::StrCat("no views to delete in ", data_dir, " ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace sip
