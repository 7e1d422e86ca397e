#include "libs/rocks/database.h"

#include <cstdarg>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rocks/environment.h"
#include "libs/rocks/files.h"
#include "libs/rocks/log_tail.h"
#include "libs/rocks/rocks_status.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "rocksdb/write_buffer_manager.h"

namespace sip {
namespace {

constexpr size_t kWriteBufferBytes = 64 << 20;
// What is not flushed is derived again after a crash: that should take a second at most.
constexpr size_t kDerivedWriteBufferBytes = 8 << 20;
constexpr int kWriteBuffers = 3;
constexpr int kBloomBits = 10;
constexpr double kMemtableBloomRatio = 0.05;
constexpr uint64_t kBytesPerSync = 1 << 20;
constexpr size_t kReadaheadBytes = 2 << 20;
constexpr size_t kOwnCacheBytes = 8 << 20;

rocksdb::Slice ToSlice(absl::string_view bytes) { return rocksdb::Slice(bytes.data(), bytes.size()); }
absl::string_view ToView(const rocksdb::Slice& slice) { return absl::string_view(slice.data(), slice.size()); }

absl::StatusOr<std::optional<std::string>> GetFrom(rocksdb::DB& database, const rocksdb::ReadOptions& read, absl::string_view key) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database.Get(read, database.DefaultColumnFamily(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return FromRocks(status, "reading a row");
  return std::optional<std::string>(value.ToString());
}

absl::Status ScanFrom(rocksdb::DB& database, rocksdb::ReadOptions read, const RocksRange& range, const RocksVisitor& visit) {
  if (range.sequential) {
    read.readahead_size = kReadaheadBytes;
    read.fill_cache = false;
  }
  const std::unique_ptr<rocksdb::Iterator> row(database.NewIterator(read));
  for (row->Seek(ToSlice(range.start.empty() ? range.prefix : range.start)); row->Valid(); row->Next()) {
    if (!absl::StartsWith(ToView(row->key()), range.prefix)) break;
    if (!visit(ToView(row->key()), ToView(row->value()))) break;
  }
  return FromRocks(row->status(), "scanning rows");
}

class Snapshot final : public RocksSnapshot {
 public:
  explicit Snapshot(rocksdb::DB& database) : database_(database), snapshot_(database.GetSnapshot()) { read_.snapshot = snapshot_; }
  ~Snapshot() override { database_.ReleaseSnapshot(snapshot_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override { return GetFrom(database_, read_, key); }
  absl::Status Scan(const RocksRange& range, const RocksVisitor& visit) const override {
    return ScanFrom(database_, read_, range, visit);
  }

 private:
  rocksdb::DB& database_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions read_;
};

}  // namespace

struct RocksResources::Impl {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
};

RocksResources::RocksResources(const Limits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->cache = rocksdb::NewLRUCache(limits.block_cache_bytes);
  impl_->write_buffers = std::make_shared<rocksdb::WriteBufferManager>(limits.write_buffer_bytes);
}

RocksResources::~RocksResources() = default;

struct RocksBatch::Impl {
  rocksdb::WriteBatch batch;
};

RocksBatch::RocksBatch() : impl_(std::make_unique<Impl>()) {}
RocksBatch::~RocksBatch() = default;
RocksBatch::RocksBatch(RocksBatch&&) noexcept = default;
RocksBatch& RocksBatch::operator=(RocksBatch&&) noexcept = default;

// The statuses of these are only ever not OK beyond 4 GiB, which Write reports.
void RocksBatch::Put(absl::string_view key, absl::string_view value) {
  impl_->batch.Put(ToSlice(key), ToSlice(value)).PermitUncheckedError();
}
void RocksBatch::Delete(absl::string_view key) { impl_->batch.Delete(ToSlice(key)).PermitUncheckedError(); }
void RocksBatch::DeleteRange(absl::string_view first, absl::string_view last) {
  impl_->batch.DeleteRange(ToSlice(first), ToSlice(last)).PermitUncheckedError();
}
void RocksBatch::Clear() { impl_->batch.Clear(); }
size_t RocksBatch::bytes() const { return impl_->batch.GetDataSize(); }
bool RocksBatch::empty() const { return impl_->batch.Count() == 0; }

namespace {

class Database final : public RocksDatabase {
 public:
  Database(std::unique_ptr<rocksdb::DB> database, std::shared_ptr<void> memory, rocksdb::WriteBatch* (*batch_of)(RocksBatch&))
      : memory_(std::move(memory)), database_(std::move(database)), batch_of_(batch_of) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    return GetFrom(*database_, rocksdb::ReadOptions(), key);
  }

  absl::Status Scan(const RocksRange& range, const RocksVisitor& visit) const override {
    return ScanFrom(*database_, rocksdb::ReadOptions(), range, visit);
  }

  absl::StatusOr<std::optional<std::pair<std::string, std::string>>> LastUpTo(absl::string_view limit) const override {
    const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator(rocksdb::ReadOptions()));
    row->SeekForPrev(ToSlice(limit));
    SIP_RETURN_IF_ERROR(FromRocks(row->status(), "finding the last row"));
    std::optional<std::pair<std::string, std::string>> last;
    if (row->Valid()) last.emplace(row->key().ToString(), row->value().ToString());
    return last;
  }

  absl::Status Write(RocksBatch& batch, Durability durability) override {
    rocksdb::WriteOptions write;
    write.sync = durability == Durability::kSynced;
    write.disableWAL = !write.sync;
    return FromRocks(database_->Write(write, batch_of_(batch)), "writing a batch");
  }

  std::unique_ptr<RocksSnapshot> Snapshot() const override { return std::make_unique<sip::Snapshot>(*database_); }

  absl::Status Flush() override { return FromRocks(database_->Flush(rocksdb::FlushOptions()), "flushing"); }

  uint64_t ApproximateBytes() const override {
    uint64_t bytes = 0;
    database_->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    return bytes;
  }

 private:
  const std::shared_ptr<void> memory_;  // Outlives the database.
  const std::unique_ptr<rocksdb::DB> database_;
  rocksdb::WriteBatch* (*const batch_of_)(RocksBatch&);
};

// RocksDB's notes go nowhere: whatever matters comes back as a status. Its own file for them ends the process, by an assertion that
// Debian's build has in it, with the second note that a broken or full disk does not take.
class NoNotes final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options BaseOptions(const RocksDatabase::Options& options) {
  rocksdb::Options rocks;
  rocks.env = EnvOf(options.memory);
  rocks.create_if_missing = options.create_if_missing;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.write_buffer_size = options.only_copy ? kWriteBufferBytes : kDerivedWriteBufferBytes;
  rocks.max_write_buffer_number = kWriteBuffers;
  rocks.bytes_per_sync = kBytesPerSync;
  rocks.wal_bytes_per_sync = 0;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.info_log = std::make_shared<NoNotes>();
  rocks.max_background_jobs = 2;
  if (options.only_copy) {
    rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocks.avoid_flush_during_recovery = false;
    rocks.recycle_log_file_num = 0;
    rocks.max_bgerror_resume_count = 0;
  } else {
    // Most keys that are looked up are not there yet: a request's id, a row's first value.
    rocks.memtable_prefix_bloom_size_ratio = kMemtableBloomRatio;
    rocks.memtable_whole_key_filtering = true;
    // Small write buffers make many small files: merging them by size rewrites each row less often than merging them into one
    // level. It takes up to twice the disk meanwhile.
    rocks.compaction_style = rocksdb::kCompactionStyleUniversal;
    // Each partition writes its own rows, and a view's writer is alone: threads that write together would only wait for each other,
    // and by spinning.
    rocks.allow_concurrent_memtable_write = false;
    rocks.enable_write_thread_adaptive_yield = false;
    // What was just flushed is written again soon.
    rocks.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  }
  return rocks;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksDatabase>> RocksDatabase::Open(const Options& options) {
  rocksdb::Options rocks = BaseOptions(options);
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  if (options.resources != nullptr) {
    table.block_cache = options.resources->impl_->cache;
    rocks.write_buffer_manager = options.resources->impl_->write_buffers;
  } else {
    table.block_cache = rocksdb::NewLRUCache(kOwnCacheBytes);
  }
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (!options.read_only) {
    // RocksDB creates the last folder of the path only, and does not sync the one that it lies in.
    SIP_RETURN_IF_ERROR(RocksFiles(options.memory).MakeFolder(options.path));
    if (options.only_copy) SIP_RETURN_IF_ERROR(CutTornTail(options.memory, options.path));
  }
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = options.read_only ? rocksdb::DB::OpenForReadOnly(rocks, options.path, &opened)
                                                   : rocksdb::DB::Open(rocks, options.path, &opened);
  if (!status.ok()) return FromRocks(status, absl::StrCat("opening ", options.path));
  const auto batch_of = [](RocksBatch& batch) -> rocksdb::WriteBatch* { return &batch.impl_->batch; };
  return std::unique_ptr<RocksDatabase>(std::make_unique<Database>(std::unique_ptr<rocksdb::DB>(opened), options.memory, batch_of));
}

std::shared_ptr<void> NewRocksMemory() { return std::shared_ptr<rocksdb::Env>(rocksdb::NewMemEnv(rocksdb::Env::Default())); }

namespace {

class BulkLoader final : public RocksBulkLoader {
 public:
  BulkLoader(const RocksDatabase::Options& options, std::string file)
      : options_(options), file_(std::move(file)), rocks_(BaseOptions(options)), writer_(rocksdb::EnvOptions(), rocks_) {}

  absl::Status Open() { return FromRocks(writer_.Open(file_), absl::StrCat("creating ", file_)); }

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    any_ = true;
    return FromRocks(writer_.Put(ToSlice(key), ToSlice(value)), absl::StrCat("writing ", file_));
  }

  absl::Status Finish() override {
    if (any_) SIP_RETURN_IF_ERROR(FromRocks(writer_.Finish(), absl::StrCat("finishing ", file_)));
    rocksdb::DB* opened = nullptr;
    SIP_RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(rocks_, options_.path, &opened), absl::StrCat("opening ", options_.path)));
    const std::unique_ptr<rocksdb::DB> database(opened);
    // An empty file cannot be ingested, and an empty view needs none.
    if (!any_) return absl::OkStatus();
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    return FromRocks(database->IngestExternalFile({file_}, ingest), absl::StrCat("ingesting ", file_));
  }

 private:
  const RocksDatabase::Options options_;
  const std::string file_;
  const rocksdb::Options rocks_;
  rocksdb::SstFileWriter writer_;
  bool any_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RocksBulkLoader>> NewRocksBulkLoader(const RocksDatabase::Options& options) {
  SIP_RETURN_IF_ERROR(FromRocks(EnvOf(options.memory)->CreateDirIfMissing(options.path), absl::StrCat("creating ", options.path)));
  auto loader = std::make_unique<BulkLoader>(options, absl::StrCat(options.path, "/bulk.sst"));
  SIP_RETURN_IF_ERROR(loader->Open());
  return std::unique_ptr<RocksBulkLoader>(std::move(loader));
}

}  // namespace sip
