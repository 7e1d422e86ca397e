#include "tools/sipctl/view_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/rules/rule_book.h"
#include "libs/views/fold_logs.h"
#include "libs/views/memory_view.h"
#include "libs/views/view_folder.h"
#include "libs/views/view_store.h"
#include "services/plans/domain/rule_set.h"
#include "services/views/projections/registry.h"
#include "sip/rules/v1/rule_set_events.pb.h"
#include "tools/sipctl/stored_kinds.h"

namespace sip {
namespace {

constexpr char kTimeZone[] = "Europe/Stockholm";
constexpr size_t kBatchRecords = 4096;

absl::StatusOr<EventLog*> FindLog(RocksLogStore& store, const std::string& name) {
  EventLog* const log = store.log(name);
  if (log == nullptr) return absl::NotFoundError(absl::StrCat("the folder has no log ", name));
  return log;
}

absl::Status FoldRuleSets(EventLog& log, RuleBook& rule_book) {
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<LogTail> tail, log.Tail({TailStart{}}));
  for (bool at_end = false; !at_end;) {
    SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(kBatchRecords, absl::ZeroDuration()));
    for (const ValidRecordPtr& record : batch.records) {
      SIP_ASSIGN_OR_RETURN(const RecordedCommand decoded, CodecOfAllKinds().Decode(*record, RulesContext::kLogName, {}));
      for (const RecordedEvent& event : decoded.events) {
        rule_book.Apply(static_cast<const rules::v1::RuleSetEvent&>(*event.event));
      }
    }
    at_end = batch.at_end;
  }
  return absl::OkStatus();
}

std::vector<ViewPosition> PositionsOf(const std::vector<ViewCheckpoint>& checkpoints) {
  std::vector<ViewPosition> positions;
  positions.reserve(checkpoints.size());
  for (const ViewCheckpoint& at : checkpoints) {
    positions.push_back({at.log_name, at.checkpoint.fold.log_id, at.partition, at.checkpoint.fold.next_idx, ""});
  }
  return positions;
}

// DATA_LOSS if the view has read something else than what lies in its logs.
absl::Status CheckHistory(const std::vector<ViewCheckpoint>& checkpoints, RocksLogStore& store) {
  std::map<std::string, std::vector<TailStart>> starts;
  for (const ViewCheckpoint& at : checkpoints) starts[at.log_name].push_back(TailStart{at.partition, at.checkpoint});
  for (auto& [log_name, from] : starts) {
    SIP_ASSIGN_OR_RETURN(EventLog* const log, FindLog(store, log_name));
    // A tail compares each checkpoint with the record that it stands behind.
    SIP_RETURN_IF_ERROR(log->Tail(std::move(from)).status());
  }
  return absl::OkStatus();
}

// Counts the stored rows, and notes the first key that is not the same in both.
absl::Status CompareRows(const ViewReader& stored, const MemoryView::Rows& folded, ViewCheck& check) {
  std::optional<std::string> difference;
  auto expected = folded.begin();
  SIP_RETURN_IF_ERROR(stored.Scan({}, [&](absl::string_view key, absl::string_view value) {
    ++check.rows;
    if (difference.has_value()) return true;
    if (expected == folded.end()) {
      difference = std::string(key);
    } else if (key != expected->first || value != expected->second) {
      difference = std::min(std::string(key), expected->first);
    } else {
      ++expected;
    }
    return true;
  }));
  if (!difference.has_value() && expected != folded.end()) difference = expected->first;
  check.verdict = difference.has_value() ? ViewVerdict::kDiffers : ViewVerdict::kSame;
  if (difference.has_value()) check.what = absl::CHexEscape(*difference);
  return absl::OkStatus();
}

absl::Status CompareView(const Projection& projection, const ViewStore& view, RocksLogStore& store, ViewCheck& check) {
  SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheckpoint> checkpoints, view.Checkpoints());
  SIP_RETURN_IF_ERROR(CheckHistory(checkpoints, store));
  std::vector<EventLog*> logs;
  for (const std::string& name : projection.Logs()) {
    SIP_ASSIGN_OR_RETURN(EventLog* const log, FindLog(store, name));
    logs.push_back(log);
  }
  MemoryView folded;
  SIP_RETURN_IF_ERROR(FoldLogs({projection, logs, CodecOfAllKinds()}, UpTo(PositionsOf(checkpoints)), folded).status());
  return CompareRows(*view.Snapshot(), folded.rows(), check);
}

class OpenedViews final : public StoredViews {
 public:
  OpenedViews(absl::string_view root, absl::TimeZone zone) {
    for (std::unique_ptr<Projection>& projection : AllProjections(rule_book_, zone)) {
      View& view = views_.emplace_back();
      view.projection = std::move(projection);
      const ViewFolder folder(root, view.projection->Name(), view.projection->SchemaVersion());
      const std::optional<std::string> path = folder.Current();
      if (path.has_value()) view.store = ViewStore::Open({.path = *path, .create_if_missing = false, .read_only = true});
    }
  }

  absl::StatusOr<std::vector<ViewCheck>> CompareWith(RocksLogStore& store) override {
    SIP_ASSIGN_OR_RETURN(EventLog* const rules, FindLog(store, RulesContext::kLogName));
    SIP_RETURN_IF_ERROR(FoldRuleSets(*rules, rule_book_));
    std::vector<ViewCheck> checks;
    for (const View& view : views_) checks.push_back(Check(view, store));
    return checks;
  }

 private:
  struct View {
    std::unique_ptr<Projection> projection;
    // Absent if there is none; not OK if it cannot be opened.
    std::optional<absl::StatusOr<std::unique_ptr<ViewStore>>> store;
  };

  static ViewCheck Check(const View& view, RocksLogStore& store) {
    ViewCheck check;
    check.name = std::string(view.projection->Name());
    check.version = view.projection->SchemaVersion();
    if (!view.store.has_value()) return check;
    const absl::Status compared =
        view.store->ok() ? CompareView(*view.projection, ***view.store, store, check) : view.store->status();
    if (!compared.ok()) {
      check.verdict = ViewVerdict::kUnreadable;
      check.what = std::string(compared.message());
    }
    return check;
  }

  RuleBook rule_book_;  // Outlives the projections.
  std::vector<View> views_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StoredViews>> StoredViews::Open(absl::string_view data_dir) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(kTimeZone, &zone)) {
    return absl::FailedPreconditionError(absl::StrCat("the time zone ", kTimeZone, " is not installed; install tzdata"));
  }
  return std::make_unique<OpenedViews>(absl::StrCat(data_dir, "/views"), zone);
}

}  // namespace sip
