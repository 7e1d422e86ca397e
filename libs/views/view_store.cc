#include "libs/views/view_store.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/checkpoint.h"
#include "libs/rocks/key_encoding.h"

namespace sip {
namespace {

// Tables of the database. Stored: never renumbered; rows sort before checkpoints.
constexpr char kRows = '\x01';
constexpr char kCheckpoints = '\x02';

class SnapshotReader final : public ViewReader {
 public:
  SnapshotReader(uint64_t commit, std::unique_ptr<RocksSnapshot> snapshot) : commit_(commit), snapshot_(std::move(snapshot)) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override { return snapshot_->Get(StoredRowKey(key)); }

  absl::Status Scan(const ViewRange& range, const RowVisitor& visit) const override {
    if (range.limit == 0) return absl::OkStatus();
    RocksRange rows{.prefix = StoredRowKey(range.prefix)};
    // The least key behind another one is that key and a zero byte.
    if (!range.start_after.empty()) rows.start = StoredRowKey(range.start_after) + '\0';
    size_t left = range.limit;
    return snapshot_->Scan(
        rows, [&](absl::string_view key, absl::string_view value) { return visit(key.substr(1), value) && --left > 0; });
  }

  uint64_t commit() const override { return commit_; }

 private:
  const uint64_t commit_;
  const std::unique_ptr<RocksSnapshot> snapshot_;
};

}  // namespace

std::string StoredRowKey(absl::string_view key) { return absl::StrCat(absl::string_view(&kRows, 1), key); }

std::string StoredCheckpointKey(absl::string_view log_name, uint32_t partition) {
  return KeyWriter().Table(static_cast<uint8_t>(kCheckpoints)).Text(log_name).Uint32(partition).Take();
}

std::optional<std::string> ViewTransaction::Get(absl::string_view key) {
  const auto written = writes_.find(key);
  if (written != writes_.end()) return written->second;
  auto stored = stored_.Get(StoredRowKey(key));
  status_.Update(stored.status());
  return stored.ok() ? *std::move(stored) : std::nullopt;
}

void ViewTransaction::Put(absl::string_view key, absl::string_view value) { writes_[key] = std::string(value); }
void ViewTransaction::Delete(absl::string_view key) { writes_[key] = std::nullopt; }

void ViewTransaction::Scan(absl::string_view prefix,
                           const std::function<bool(absl::string_view key, absl::string_view value)>& visit) {
  auto written = writes_.lower_bound(prefix);
  bool going_on = true;
  // Visits the own writes before `limit`, or all that are left.
  const auto visit_written_before = [&](std::optional<absl::string_view> limit) {
    while (going_on && written != writes_.end() && absl::StartsWith(written->first, prefix) &&
           (!limit.has_value() || written->first < *limit)) {
      if (written->second.has_value()) going_on = visit(written->first, *written->second);
      ++written;
    }
  };
  status_.Update(stored_.Scan({.prefix = StoredRowKey(prefix)}, [&](absl::string_view stored_key, absl::string_view value) {
    const absl::string_view key = stored_key.substr(1);
    visit_written_before(key);
    if (!going_on) return false;
    if (written != writes_.end() && written->first == key) {
      if (written->second.has_value()) going_on = visit(key, *written->second);
      ++written;
    } else {
      going_on = visit(key, value);
    }
    return going_on;
  }));
  visit_written_before(std::nullopt);
}

absl::StatusOr<std::unique_ptr<ViewStore>> ViewStore::Open(const RocksDatabase::Options& options) {
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<RocksDatabase> database, RocksDatabase::Open(options));
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(database)));
}

std::unique_ptr<ViewTransaction> ViewStore::Begin() const { return std::make_unique<ViewTransaction>(*database_); }

absl::Status ViewStore::Commit(const ViewTransaction& transaction, absl::Span<const ViewCheckpoint> checkpoints) {
  SIP_RETURN_IF_ERROR(transaction.status());
  RocksBatch batch;
  for (const auto& [key, value] : transaction.writes_) {
    value.has_value() ? batch.Put(StoredRowKey(key), *value) : batch.Delete(StoredRowKey(key));
  }
  // Alone, as if the process ended between the two.
  if (SIP_MUTANT(view_rows_without_checkpoint)) checkpoints = {};
  if (SIP_MUTANT(view_checkpoint_without_rows)) batch = RocksBatch();
  for (const ViewCheckpoint& checkpoint : checkpoints) {
    batch.Put(StoredCheckpointKey(checkpoint.log_name, checkpoint.partition), EncodeCheckpoint(checkpoint.checkpoint));
  }
  SIP_RETURN_IF_ERROR(database_->Write(batch, Durability::kWhenFlushed));
  const uint64_t commit = commits_ + 1;
  for (ViewCommitListener* listener : listeners_) listener->OnCommit(commit, transaction.cases_);
  commits_ = commit;
  return absl::OkStatus();
}

std::unique_ptr<ViewReader> ViewStore::Snapshot() const {
  // The number first: the rows may be newer than it tells, never older.
  const uint64_t commit = commits_;
  return std::make_unique<SnapshotReader>(commit, database_->Snapshot());
}

absl::StatusOr<std::vector<ViewCheckpoint>> ViewStore::Checkpoints() const {
  std::vector<ViewCheckpoint> checkpoints;
  absl::Status bad;
  SIP_RETURN_IF_ERROR(
      database_->Scan({.prefix = std::string(1, kCheckpoints)}, [&](absl::string_view key, absl::string_view value) {
        KeyReader reader(key);
        reader.Table();
        ViewCheckpoint checkpoint;
        checkpoint.log_name = reader.Text();
        checkpoint.partition = reader.Uint32();
        bad.Update(reader.Finish());
        absl::StatusOr<ReaderCheckpoint> decoded = DecodeCheckpoint(value);
        bad.Update(decoded.status());
        if (!bad.ok()) return false;
        checkpoint.checkpoint = *std::move(decoded);
        checkpoints.push_back(std::move(checkpoint));
        return true;
      }));
  SIP_RETURN_IF_ERROR(bad);
  return checkpoints;
}

}  // namespace sip
