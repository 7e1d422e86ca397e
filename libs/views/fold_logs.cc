#include "libs/views/fold_logs.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/eventsourcing/checkpoint.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/views/memory_view.h"

namespace sip {
namespace {

constexpr absl::Duration kWait = absl::Milliseconds(100);
constexpr size_t kBatchRecords = 4096;

absl::Status FoldLog(const FoldInput& input, EventLog& log, const RecordFilter& filter, ViewBatch& view,
                     std::map<uint32_t, ReaderCheckpoint>& checkpoints) {
  std::vector<TailStart> starts;
  for (uint32_t partition = 0; partition < log.identity().partition_count; ++partition) starts.push_back(TailStart{partition, {}});
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<LogTail> tail, log.Tail(std::move(starts)));
  std::set<uint32_t> ended;
  for (bool at_end = false; !at_end;) {
    SIP_ASSIGN_OR_RETURN(TailBatch batch, tail->Read(kBatchRecords, kWait));
    for (const ValidRecordPtr& record : batch.records) {
      if (ended.contains(record->partition)) continue;
      if (filter != nullptr && !filter(log, *record)) {
        ended.insert(record->partition);
        continue;
      }
      SIP_ASSIGN_OR_RETURN(const RecordedCommand decoded, input.codec.Decode(*record, log.identity().name, {}));
      input.projection.Apply(decoded, view);
    }
    for (TailBatch::Progress& progress : batch.progress) checkpoints[progress.partition] = std::move(progress.checkpoint);
    at_end = batch.at_end || ended.size() == log.identity().partition_count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ViewCheckpoint>> FoldLogs(const FoldInput& input, const RecordFilter& filter, ViewBatch& view) {
  std::map<std::pair<std::string, uint32_t>, ReaderCheckpoint> all;
  for (EventLog* log : input.logs) {
    std::map<uint32_t, ReaderCheckpoint> checkpoints;
    SIP_RETURN_IF_ERROR(FoldLog(input, *log, filter, view, checkpoints));
    for (auto& [partition, checkpoint] : checkpoints) all[{log->identity().name, partition}] = std::move(checkpoint);
  }
  std::vector<ViewCheckpoint> result;
  result.reserve(all.size());
  for (auto& [place, checkpoint] : all) result.push_back(ViewCheckpoint{place.first, place.second, std::move(checkpoint)});
  return result;
}

RecordFilter RecordedUntil(absl::Time time) {
  return [time](const EventLog&, const ValidRecord& record) { return FromProto(record.header->recorded_at()) <= time; };
}

RecordFilter UpTo(const std::vector<ViewPosition>& positions) {
  std::map<std::pair<std::string, uint32_t>, uint64_t> next;
  for (const ViewPosition& position : positions) next[{position.log_id, position.partition}] = position.next_idx;
  return [next = std::move(next)](const EventLog& log, const ValidRecord& record) {
    const auto limit = next.find({log.identity().log_id, record.partition});
    return limit != next.end() && record.idx < limit->second;
  };
}

absl::Status RebuildView(const FoldInput& input, const RocksDatabase::Options& fresh) {
  MemoryView view;
  SIP_ASSIGN_OR_RETURN(const std::vector<ViewCheckpoint> checkpoints, FoldLogs(input, nullptr, view));
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<RocksBulkLoader> loader, NewRocksBulkLoader(fresh));
  absl::Status loaded;
  view.VisitAll([&](const std::string& key, const std::string& value) {
    if (loaded.ok()) loaded = loader->Put(StoredRowKey(key), value);
  });
  SIP_RETURN_IF_ERROR(loaded);
  std::map<std::string, std::string> stored;
  for (const ViewCheckpoint& checkpoint : checkpoints) {
    stored[StoredCheckpointKey(checkpoint.log_name, checkpoint.partition)] = EncodeCheckpoint(checkpoint.checkpoint);
  }
  for (const auto& [key, value] : stored) SIP_RETURN_IF_ERROR(loader->Put(key, value));
  return loader->Finish();
}

absl::StatusOr<std::optional<std::string>> FirstDifference(const ViewReader& a, const ViewReader& b) {
  constexpr size_t kPage = 1000;
  std::string after;
  const auto page = [&](const ViewReader& reader) -> absl::StatusOr<std::vector<std::pair<std::string, std::string>>> {
    std::vector<std::pair<std::string, std::string>> rows;
    SIP_RETURN_IF_ERROR(reader.Scan({.start_after = after, .limit = kPage}, [&](absl::string_view key, absl::string_view value) {
      rows.emplace_back(key, value);
      return true;
    }));
    return rows;
  };
  while (true) {
    SIP_ASSIGN_OR_RETURN(const auto rows_a, page(a));
    SIP_ASSIGN_OR_RETURN(const auto rows_b, page(b));
    for (size_t i = 0; i < std::max(rows_a.size(), rows_b.size()); ++i) {
      if (i >= rows_a.size()) return std::optional<std::string>(rows_b[i].first);
      if (i >= rows_b.size()) return std::optional<std::string>(rows_a[i].first);
      if (rows_a[i] != rows_b[i]) return std::optional<std::string>(std::min(rows_a[i].first, rows_b[i].first));
    }
    if (rows_a.size() < kPage) return std::optional<std::string>();
    after = rows_a.back().first;
  }
}

}  // namespace sip
