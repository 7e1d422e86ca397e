// The store's own fold of every partition: what may be appended, where each partition ends, and the heads for the anchors (internal
// to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_FOLD_TABLE_H_
#define SIP_LIBS_LOG_ROCKS_FOLD_TABLE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/log_rocks/live_window.h"
#include "libs/rocks/database.h"
#include "sip/log/v1/checkpoint.pb.h"

namespace sip {

// One partition.
struct FoldEntry {
  explicit FoldEntry(ExpectedLog expected) : fold(std::move(expected)) {}
  FoldEntry(ExpectedLog expected, FoldState state) : fold(std::move(expected), std::move(state)) {}

  LogFold fold;
  uint64_t head_cursor = 0;
  absl::Status stopped;  // Set when opening only.

  // What is durable of it. For the thread that commits:
  std::string durable_head;
  uint64_t durable_head_cursor = 0;
  // For any thread:
  std::atomic<uint64_t> durable_next_idx{0};
};

// While the store is being opened: one thread. Then the logs and why partitions are stopped do not change, and the folds are
// guarded by the committer's mutex.
class FoldTable {
 public:
  // Steps the fold of a record that lies in `chunk`, in the order of the log. A Genesis of a log that is not known yet gives the
  // log its ordinal, which must be the next one.
  absl::StatusOr<Verdict> Step(uint16_t log, uint32_t partition, const RecordFacts& record, uint64_t chunk);
  // While opening: as Step; a partition that stops is remembered as such and its further records are passed over.
  absl::Status StepStored(uint16_t log, uint32_t partition, const RecordView& record, uint64_t chunk);

  // The chunk, whose records have been stepped, is durable.
  void SetDurable(const LiveChunk& chunk);

  // Number of logs.
  size_t size() const { return logs_.size(); }
  const LogIdentity& identity(size_t log) const { return logs_[log].identity; }
  std::optional<uint16_t> Find(absl::string_view name) const;
  FoldEntry& entry(size_t log, uint32_t partition) { return *logs_[log].partitions[partition]; }
  const FoldEntry& entry(size_t log, uint32_t partition) const { return *logs_[log].partitions[partition]; }

  bool AnyStopped() const;

  // The stored state of all partitions, and back. For a table without stopped partitions, since that they are is not stored.
  // Restore gives DATA_LOSS if the state does not fit together; the table is empty then.
  void Save(log::v1::EmbeddedLogState& state) const;
  absl::Status Restore(const log::v1::EmbeddedLogState& state);

  // The anchors of all partitions: what is durable of them.
  void SaveAnchors(log::v1::AnchorFile& file) const;

 private:
  struct Log {
    LogIdentity identity;
    std::vector<std::unique_ptr<FoldEntry>> partitions;
  };
  absl::Status AddLog(uint16_t log, const LogIdentity& identity);
  absl::Status RestorePartition(const log::v1::EmbeddedPartitionState& partition);
  static void SetAllDurable(FoldEntry& entry);

  std::vector<Log> logs_;
};

// Steps the table through the stored chunks from `from` up to without `until`. DATA_LOSS if one is missing or damaged.
absl::Status FoldChunks(const RocksDatabase& database, uint64_t from, uint64_t until, FoldTable& table);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_FOLD_TABLE_H_
