// The stored rows of one view, and how far they are: rows and reader checkpoints are written in one batch, so that a record that is
// delivered again after a crash has its effect once.
//
//   SIP_ASSIGN_OR_RETURN(auto store, ViewStore::Open({.path = folder, .resources = &resources}));
//   auto transaction = store->Begin();
//   projection.Apply(record, *transaction);
//   store->Commit(*transaction, checkpoints);
//   auto reader = store->Snapshot();
#ifndef SIP_LIBS_VIEWS_VIEW_STORE_H_
#define SIP_LIBS_VIEWS_VIEW_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/projection.h"
#include "libs/rocks/database.h"

namespace sip {

// How far a view has read one partition of a log.
struct ViewCheckpoint {
  std::string log_name;
  uint32_t partition = 0;
  ReaderCheckpoint checkpoint;

  friend bool operator==(const ViewCheckpoint&, const ViewCheckpoint&) = default;
};

// Which rows a scan visits.
struct ViewRange {
  std::string prefix{};
  std::string start_after{};  // Begins behind this key; empty: at the prefix's first row.
  size_t limit = SIZE_MAX;    // At most so many rows.
};

using RowVisitor = std::function<bool(absl::string_view key, absl::string_view value)>;

// The rows at one moment. Thread-safe; must not outlive the store.
class ViewReader {
 public:
  virtual ~ViewReader() = default;
  virtual absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const = 0;
  // In key order; `visit` returns false to stop.
  virtual absl::Status Scan(const ViewRange& range, const RowVisitor& visit) const = 0;
  // The number of the last commit that it includes for certain.
  virtual uint64_t commit() const = 0;
};

// Hears which cases a commit concerned, once its rows are there and before anybody is told that the view has moved on.
class ViewCommitListener {
 public:
  virtual ~ViewCommitListener() = default;
  // Commits are numbered from 1, in order. One at a time.
  virtual void OnCommit(uint64_t commit, const absl::flat_hash_set<Uuid>& cases) = 0;
};

// Rows that are being written: sees the store and, over it, its own writes. Not thread-safe.
class ViewTransaction final : public ViewBatch {
 public:
  explicit ViewTransaction(const RocksSnapshot& stored) : stored_(stored) {}

  std::optional<std::string> Get(absl::string_view key) override;
  void Put(absl::string_view key, absl::string_view value) override;
  void Delete(absl::string_view key) override;
  void Scan(absl::string_view prefix, const std::function<bool(absl::string_view key, absl::string_view value)>& visit) override;

  // What is written from now on may concern the case (nil: a record of no case).
  void Concerns(const Uuid& case_id) { cases_.insert(case_id); }

  // The first error of the store below; with one nothing is committed.
  const absl::Status& status() const { return status_; }

 private:
  friend class ViewStore;
  const RocksSnapshot& stored_;
  absl::btree_map<std::string, std::optional<std::string>> writes_;  // Absent: deleted.
  absl::flat_hash_set<Uuid> cases_;
  absl::Status status_;
};

// Thread-safe; one transaction at a time is committed.
class ViewStore {
 public:
  static absl::StatusOr<std::unique_ptr<ViewStore>> Open(const RocksDatabase::Options& options);

  std::unique_ptr<ViewTransaction> Begin() const;
  // Writes rows and checkpoints together. They stay in memory until RocksDB flushes them: after a crash the view may be older, and
  // reads on from there.
  absl::Status Commit(const ViewTransaction& transaction, absl::Span<const ViewCheckpoint> checkpoints);

  std::unique_ptr<ViewReader> Snapshot() const;
  // In order of log name and partition.
  absl::StatusOr<std::vector<ViewCheckpoint>> Checkpoints() const;
  // What was committed so far is on disk.
  absl::Status Flush() { return database_->Flush(); }

  // Before the first commit; `listener` outlives the store's last one.
  void AddListener(ViewCommitListener& listener) { listeners_.push_back(&listener); }

 private:
  explicit ViewStore(std::unique_ptr<RocksDatabase> database) : database_(std::move(database)) {}
  std::unique_ptr<RocksDatabase> database_;
  std::vector<ViewCommitListener*> listeners_;
  std::atomic<uint64_t> commits_{0};  // All listeners have heard of them.
};

// The keys under which rows and checkpoints are stored: for the bulk loader.
std::string StoredRowKey(absl::string_view key);
std::string StoredCheckpointKey(absl::string_view log_name, uint32_t partition);

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_VIEW_STORE_H_
