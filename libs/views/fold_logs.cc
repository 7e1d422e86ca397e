#include "libs/views/fold_logs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "libs/base/handover.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/checkpoint.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/views/memory_view.h"

namespace sip {
namespace {

constexpr absl::Duration kWait = absl::Milliseconds(100);
// Few enough for what is in flight to stay in a processor's cache.
constexpr size_t kBatchRecords = 128;
constexpr size_t kBatchesAhead = 4;

struct DecodedBatch {
  std::vector<RecordedCommand> records;
  std::vector<TailBatch::Progress> progress;
};

using ReadBatches = Handover<absl::StatusOr<TailBatch>>;
using DecodedBatches = Handover<absl::StatusOr<DecodedBatch>>;

void ReadAll(LogTail& tail, ReadBatches& read) {
  for (bool at_end = false; !at_end;) {
    absl::StatusOr<TailBatch> batch = tail.Read(kBatchRecords, kWait);
    at_end = !batch.ok() || batch->at_end;
    if (!read.Put(std::move(batch))) return;
  }
  read.Close();
}

// Decodes the records of one log that count.
class BatchDecoder {
 public:
  BatchDecoder(const FoldInput& input, const EventLog& log, const RecordFilter& filter)
      : input_(input), log_(log), filter_(filter) {}

  void DecodeAll(ReadBatches& read, DecodedBatches& decoded) {
    while (ended_.size() < log_.identity().partition_count) {
      std::optional<absl::StatusOr<TailBatch>> batch = read.Take();
      if (!batch.has_value()) break;
      absl::StatusOr<DecodedBatch> next = batch->ok() ? Decode(*std::move(*batch)) : batch->status();
      const bool failed = !next.ok();
      if (!decoded.Put(std::move(next)) || failed) break;
    }
    decoded.Close();
  }

 private:
  absl::StatusOr<DecodedBatch> Decode(TailBatch batch) {
    DecodedBatch decoded{{}, std::move(batch.progress)};
    decoded.records.reserve(batch.records.size());
    for (const ValidRecordPtr& record : batch.records) {
      if (ended_.contains(record->partition)) continue;
      if (filter_ != nullptr && !filter_(log_, *record)) {
        ended_.insert(record->partition);
        continue;
      }
      SIP_ASSIGN_OR_RETURN(RecordedCommand command, input_.codec.Decode(*record, log_.identity().name, {}));
      decoded.records.push_back(std::move(command));
    }
    return decoded;
  }

  const FoldInput& input_;
  const EventLog& log_;
  const RecordFilter& filter_;
  std::set<uint32_t> ended_;
};

absl::Status ApplyAll(const Projection& projection, DecodedBatches& decoded, ViewBatch& view,
                      std::map<uint32_t, ReaderCheckpoint>& checkpoints) {
  while (std::optional<absl::StatusOr<DecodedBatch>> batch = decoded.Take()) {
    SIP_RETURN_IF_ERROR(batch->status());
    for (const RecordedCommand& record : (*batch)->records) projection.Apply(record, view);
    for (TailBatch::Progress& progress : (*batch)->progress) checkpoints[progress.partition] = std::move(progress.checkpoint);
  }
  return absl::OkStatus();
}

// Reading (with the log's own fold), decoding and applying take about the same time: each has a thread.
absl::Status FoldLog(const FoldInput& input, EventLog& log, const RecordFilter& filter, ViewBatch& view,
                     std::map<uint32_t, ReaderCheckpoint>& checkpoints) {
  std::vector<TailStart> starts;
  for (uint32_t partition = 0; partition < log.identity().partition_count; ++partition) starts.push_back(TailStart{partition, {}});
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<LogTail> tail, log.Tail(std::move(starts)));
  ReadBatches read(kBatchesAhead);
  DecodedBatches decoded(kBatchesAhead);
  BatchDecoder decoder(input, log, filter);
  std::thread reading([&] { ReadAll(*tail, read); });
  std::thread decoding([&] { decoder.DecodeAll(read, decoded); });
  absl::Status applied = ApplyAll(input.projection, decoded, view, checkpoints);
  // They may still be at work after an error, or beyond the last record that counts.
  decoded.Close();
  read.Close();
  tail->Cancel();
  reading.join();
  decoding.join();
  return applied;
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
