#include "libs/log_rocks/rocks_log_store.h"

#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/log_rocks/committer.h"
#include "libs/log_rocks/folder_check.h"
#include "libs/log_rocks/folder_files.h"
#include "libs/log_rocks/rocks_log.h"

namespace sip {
namespace {

constexpr uint64_t kStateEvery = 1024;  // Chunks.
constexpr size_t kIdSize = 16;

absl::StatusOr<uint64_t> FreeBytes(const std::string& path) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(path, error);
  if (error) return absl::UnavailableError(absl::StrCat("asking for the free space of ", path, ": ", error.message()));
  return space.available;
}

class Store : public RocksLogStore {
 public:
  explicit Store(const RocksLogOptions& options)
      : options_(options), files_(options.memory), state_path_(options.path + "/state") {}
  ~Store() override { Close().IgnoreError(); }

  absl::Status Open();

  EventLog* log(absl::string_view name) override {
    const std::optional<uint16_t> found = table_.Find(name);
    return found.has_value() ? logs_[*found].get() : nullptr;
  }
  const RocksLogFound& found() const override { return found_; }
  absl::StatusOr<std::vector<std::unique_ptr<LogSession>>> ClaimAll(std::vector<RocksClaimRequest> requests,
                                                                    const ClaimantInfo& claimant) override;
  absl::Status health() const override { return committer_ == nullptr ? absl::OkStatus() : committer_->health(); }
  absl::Status Close() override;
  absl::Status VisitRecords(uint64_t from, absl::FunctionRef<absl::Status(const StoredRecord&)> visit) const override;

 private:
  absl::Status OpenDatabase();
  // Folds what lies there; the number of chunks.
  absl::StatusOr<uint64_t> FoldStored();
  absl::Status CheckFolder();
  absl::StatusOr<uint64_t> RestoreState(uint64_t chunks);
  absl::Status LostBehindState(absl::string_view what) const;
  absl::Status AddMissingLogs();
  absl::Status WriteGenesis(const std::vector<RocksLogOptions::Log>& logs);
  void StartCommitter();
  void Report(absl::Time started);
  OpenFolder folder() { return {database_.get(), &table_, window_.get(), committer_.get()}; }

  void AfterCommit(const log::v1::EmbeddedLogState* state);
  void RenewAnchors();
  absl::Status SaveState();
  absl::Status SaveAnchors();

  const RocksLogOptions options_;
  const RocksFiles files_;
  const std::string state_path_;
  RocksLogFound found_;
  std::unique_ptr<RocksDatabase> database_;
  FoldTable table_;
  std::unique_ptr<LiveWindow> window_;
  std::unique_ptr<Committer> committer_;
  std::vector<std::unique_ptr<EventLog>> logs_;
  // Of whoever writes, while the committer runs:
  uint64_t commits_ = 0;  // Since the anchors were written.
  absl::Time anchored_at_;
  Mutex closing_;
  bool closed_ ABSL_GUARDED_BY(closing_) = false;
};

absl::Status Store::Open() {
  const absl::Time started = SystemClock().Now();
  if (!options_.installation_id.empty() && options_.installation_id.size() != kIdSize) {
    return absl::InvalidArgumentError("an installation id has 16 bytes");
  }
  SIP_RETURN_IF_ERROR(OpenDatabase());
  SIP_ASSIGN_OR_RETURN(const uint64_t chunks, FoldStored());
  window_ = std::make_unique<LiveWindow>(table_.size(), chunks, options_.window_bytes);
  SIP_RETURN_IF_ERROR(CheckFolder());
  if (!options_.read_only) {
    found_.created = chunks == 0;
    SIP_RETURN_IF_ERROR(AddMissingLogs());
    if (const absl::Status saved = SaveAnchors(); !saved.ok()) {
      return absl::FailedPreconditionError(absl::StrCat("the anchors cannot be written: ", saved.message(), "; name another file"));
    }
    // From here on it would be seen if what was found got lost.
    SaveState().IgnoreError();
    StartCommitter();
  }
  for (size_t i = 0; i < table_.size(); ++i) logs_.push_back(NewRocksLog(folder(), static_cast<uint16_t>(i)));
  Report(started);
  return absl::OkStatus();
}

absl::Status Store::OpenDatabase() {
  if (!options_.read_only && options_.create_if_missing) SIP_RETURN_IF_ERROR(files_.MakeFolder(options_.path));
  if (!files_.Exists(options_.path)) return absl::NotFoundError(absl::StrCat("there is no folder ", options_.path));
  absl::StatusOr<std::unique_ptr<RocksDatabase>> database = RocksDatabase::Open({.path = options_.path + "/chunks",
                                                                                 .resources = options_.resources,
                                                                                 .create_if_missing = options_.create_if_missing,
                                                                                 .read_only = options_.read_only,
                                                                                 .only_copy = true,
                                                                                 .memory = options_.memory});
  SIP_RETURN_IF_ERROR(database.status());
  database_ = *std::move(database);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Store::FoldStored() {
  SIP_ASSIGN_OR_RETURN(const auto last, database_->LastUpTo(ChunkKey(std::numeric_limits<uint64_t>::max())));
  if (!last.has_value()) {
    if (!options_.create_if_missing || options_.read_only) {
      return absl::NotFoundError(absl::StrCat("there is no log in ", options_.path));
    }
    return RestoreState(0);
  }
  SIP_ASSIGN_OR_RETURN(const uint64_t last_number, ChunkNumber(last->first));
  SIP_ASSIGN_OR_RETURN(const uint64_t next, RestoreState(last_number + 1));
  found_.chunks_scanned = last_number + 1 - next;
  SIP_RETURN_IF_ERROR(FoldChunks(*database_, next, last_number + 1, table_));
  return last_number + 1;
}

// Where the scan must begin: behind the stored state if there is one, else at the start.
absl::StatusOr<uint64_t> Store::RestoreState(uint64_t chunks) {
  const std::optional<log::v1::EmbeddedLogState> state = ReadStateFile(files_, state_path_);
  if (!state.has_value() || state->next_chunk() == 0) return 0;
  const bool lost = state->next_chunk() > chunks;
  // A server that runs may have written it since the chunks were looked at.
  if (lost && options_.read_only) return 0;
  if (lost) return LostBehindState(absl::StrCat("has ", chunks, " chunks where it had ", state->next_chunk()));
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> last, database_->Get(ChunkKey(state->next_chunk() - 1)));
  if (!last.has_value()) return 0;  // The scan will find the gap.
  if (ChunkChecksum(*last) != state->last_chunk_crc32c()) {
    return LostBehindState(absl::StrCat("has another chunk ", state->next_chunk() - 1));
  }
  return table_.Restore(*state).ok() ? state->next_chunk() : 0;
}

// The state is only ever written of chunks that are durable.
absl::Status Store::LostBehindState(absl::string_view what) const {
  return absl::FailedPreconditionError(absl::StrCat("the log in ", options_.path, " ", what, " when ", state_path_,
                                                    " was written. ", kLostTail, "remove that file and start again."));
}

absl::Status Store::CheckFolder() {
  SIP_RETURN_IF_ERROR(CheckConfigured(table_, options_));
  if (options_.anchor_path.empty()) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(const std::optional<log::v1::AnchorFile> anchors, ReadAnchorFile(files_, options_.anchor_path));
  if (!anchors.has_value()) return absl::OkStatus();
  return CheckAnchors({database_.get(), window_.get()}, table_, *anchors, options_);
}

absl::Status Store::AddMissingLogs() {
  std::vector<RocksLogOptions::Log> missing;
  for (const RocksLogOptions::Log& log : options_.logs) {
    if (!table_.Find(log.name).has_value()) missing.push_back(log);
  }
  return missing.empty() ? absl::OkStatus() : WriteGenesis(missing);
}

absl::Status Store::WriteGenesis(const std::vector<RocksLogOptions::Log>& logs) {
  std::string installation_id = options_.installation_id;
  if (installation_id.empty()) installation_id = table_.size() > 0 ? table_.identity(0).installation_id : RandomBytes(kIdSize);
  const uint64_t number = window_->end();
  ChunkBuilder builder;
  for (const RocksLogOptions::Log& log : logs) {
    const auto ordinal = static_cast<uint16_t>(table_.size());
    log::v1::GenesisHeader header;
    header.set_installation_id(installation_id);
    header.set_log_id(NewUuidV7().ToBytes());
    header.set_log_name(log.name);
    header.set_partition_count(log.partition_count);
    header.set_hash_function("sha-256");
    for (uint32_t p = 0; p < log.partition_count; ++p) {
      header.set_partition(p);
      const std::string bytes = header.SerializeAsString();
      const RecordView record{RecordKind::kGenesis, bytes, ""};
      SIP_RETURN_IF_ERROR(table_.StepStored(ordinal, p, record, number));
      builder.Add(ordinal, p, record);
    }
  }
  RocksBatch batch;
  batch.Put(ChunkKey(number), builder.Finish(number));
  SIP_RETURN_IF_ERROR(database_->Write(batch, Durability::kSynced));
  window_ = std::make_unique<LiveWindow>(table_.size(), number + 1, options_.window_bytes);
  return absl::OkStatus();
}

void Store::StartCommitter() {
  Committer::Options options;
  options.queue_bytes = options_.queue_bytes;
  options.queue_records = options_.queue_records;
  options.chunk_bytes = options_.chunk_bytes;
  options.disk_reserve_bytes = options_.disk_reserve_bytes;
  options.disk_check_interval = options_.disk_check_interval;
  options.free_bytes = options_.free_bytes ? options_.free_bytes : [path = options_.path] { return FreeBytes(path); };
  options.state_every = kStateEvery;
  options.idle_interval = options_.anchor_path.empty() ? absl::InfiniteDuration() : options_.anchor_interval;
  options.on_idle = [this] { RenewAnchors(); };
  options.after_commit = [this](const log::v1::EmbeddedLogState* state) { AfterCommit(state); };
  options.on_failure = options_.on_failure;
  committer_ = std::make_unique<Committer>(*database_, table_, *window_, std::move(options));
  committer_->Start();
}

void Store::Report(absl::Time started) {
  found_.chunks = window_->end();
  for (size_t i = 0; i < table_.size(); ++i) {
    const LogIdentity& identity = table_.identity(i);
    found_.installation_id = identity.installation_id;
    RocksLogFound::Log& log = found_.logs.emplace_back();
    log.name = identity.name;
    log.partition_count = identity.partition_count;
    for (uint32_t p = 0; p < identity.partition_count; ++p) {
      const FoldEntry& entry = table_.entry(i, p);
      log.commands += entry.durable_next_idx;
      if (!entry.stopped.ok()) log.stopped.push_back(entry.stopped);
    }
  }
  found_.took = SystemClock().Now() - started;
}

absl::StatusOr<std::vector<std::unique_ptr<LogSession>>> Store::ClaimAll(std::vector<RocksClaimRequest> requests,
                                                                         const ClaimantInfo& claimant) {
  std::vector<ClaimTask> tasks;
  for (RocksClaimRequest& request : requests) {
    const std::optional<uint16_t> log = table_.Find(request.log);
    if (!log.has_value()) return absl::InvalidArgumentError(absl::StrCat("there is no log ", request.log));
    tasks.push_back({*log, request.partition, std::move(request.from), std::move(request.deliver)});
  }
  return ClaimPartitions(folder(), std::move(tasks), claimant);
}

void Store::AfterCommit(const log::v1::EmbeddedLogState* state) {
  ++commits_;
  // Without a state file, opening takes longer, no more.
  if (state != nullptr) WriteStateFile(files_, state_path_, *state).IgnoreError();
  const bool many = options_.anchor_every != 0 && commits_ >= options_.anchor_every;
  if (many || SystemClock().Now() >= anchored_at_ + options_.anchor_interval) RenewAnchors();
}

void Store::RenewAnchors() {
  if (commits_ == 0) return;
  if (absl::Status saved = SaveAnchors(); !saved.ok() && options_.on_warning) options_.on_warning(std::move(saved));
}

absl::Status Store::SaveState() {
  if (table_.AnyStopped() || window_->end() == 0) return absl::OkStatus();
  log::v1::EmbeddedLogState state;
  state.set_next_chunk(window_->end());
  SIP_ASSIGN_OR_RETURN(const std::optional<std::string> last, database_->Get(ChunkKey(state.next_chunk() - 1)));
  if (!last.has_value()) return absl::DataLossError("the last chunk is gone");
  state.set_last_chunk_crc32c(ChunkChecksum(*last));
  table_.Save(state);
  return WriteStateFile(files_, state_path_, std::move(state));
}

absl::Status Store::SaveAnchors() {
  // Also when it fails: not again with every commit.
  anchored_at_ = SystemClock().Now();
  commits_ = 0;
  if (options_.anchor_path.empty()) return absl::OkStatus();
  log::v1::AnchorFile file;
  *file.mutable_written_at() = ToProto(anchored_at_);
  table_.SaveAnchors(file);
  return WriteAnchorFile(files_, options_.anchor_path, std::move(file));
}

absl::Status Store::Close() {
  MutexLock lock(closing_);
  if (std::exchange(closed_, true) || window_ == nullptr) return absl::OkStatus();
  window_->Close();
  if (committer_ == nullptr) return absl::OkStatus();
  committer_->Stop();
  // After a failure the folds know of records that may not exist.
  SIP_RETURN_IF_ERROR(committer_->health());
  SaveState().IgnoreError();
  return SaveAnchors();
}

absl::Status Store::VisitRecords(uint64_t from, absl::FunctionRef<absl::Status(const StoredRecord&)> visit) const {
  absl::Status status;
  SIP_RETURN_IF_ERROR(
      database_->Scan({.start = ChunkKey(from), .sequential = true}, [&](absl::string_view key, absl::string_view value) {
        const absl::StatusOr<uint64_t> number = ChunkNumber(key);
        status = number.status();
        if (!status.ok()) return false;
        status = VisitChunk(*number, value, [&](const ChunkEntry& entry) {
          const bool known = entry.log < table_.size();
          return visit({*number, known ? absl::string_view(table_.identity(entry.log).name) : "", entry.partition, entry.record});
        });
        return status.ok();
      }));
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksLogStore>> RocksLogStore::Open(const RocksLogOptions& options) {
  auto store = std::make_unique<Store>(options);
  if (const absl::Status opened = store->Open(); absl::IsDataLoss(opened)) {
    return absl::DataLossError(
        absl::StrCat("the log in ", options.path, " is damaged: ", opened.message(),
                     "; keep it for whoever looks into the cause, and put the newest copy of it in its place"));
  } else if (!opened.ok()) {
    return opened;
  }
  return std::unique_ptr<RocksLogStore>(std::move(store));
}

}  // namespace sip
