// A RocksDB database as the rest of the program sees it: ordered bytes, batches that are written whole, snapshots. The only library
// that includes RocksDB's headers.
//
//   auto database = RocksDatabase::Open({.path = "data/views/cases-1", .resources = resources});
//   RocksBatch batch;
//   batch.Put("key", "value");
//   (*database)->Write(batch, Durability::kWhenFlushed);
#ifndef SIP_LIBS_ROCKS_DATABASE_H_
#define SIP_LIBS_ROCKS_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sip {

// Memory that all databases of a process share: block cache and write buffers. Thread-safe; outlives the databases that use it.
class RocksResources {
 public:
  struct Limits {
    size_t block_cache_bytes = 128 << 20;
    size_t write_buffer_bytes = 256 << 20;
  };
  explicit RocksResources(const Limits& limits);
  ~RocksResources();
  RocksResources(const RocksResources&) = delete;
  RocksResources& operator=(const RocksResources&) = delete;

 private:
  friend class RocksDatabase;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Puts and deletes that become visible together.
class RocksBatch {
 public:
  RocksBatch();
  ~RocksBatch();
  RocksBatch(RocksBatch&&) noexcept;
  RocksBatch& operator=(RocksBatch&&) noexcept;

  void Put(absl::string_view key, absl::string_view value);
  void Delete(absl::string_view key);
  // Every key from `first` up to but without `last`.
  void DeleteRange(absl::string_view first, absl::string_view last);
  void Clear();
  size_t bytes() const;
  bool empty() const;

 private:
  friend class RocksDatabase;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// When a write survives the end of the process and the machine's loss of power.
enum class Durability {
  kSynced,       // Before Write returns.
  kWhenFlushed,  // Some time later, whole batches in order: what is derived from the log is derived again from where it stands.
};

// Called for each row in key order; false ends the scan. The views are valid during the call only.
using RocksVisitor = std::function<bool(absl::string_view key, absl::string_view value)>;

// Which rows a scan visits: keys >= `start` that begin with `prefix`.
struct RocksRange {
  std::string prefix{};
  std::string start{};      // Empty: the prefix's first.
  bool sequential = false;  // A long scan: reads ahead and leaves the cache alone.
};

// A consistent view of the database at one moment. Thread-safe; must not outlive the database.
class RocksSnapshot {
 public:
  virtual ~RocksSnapshot() = default;
  // Absent if there is no such key. DATA_LOSS or UNAVAILABLE if it cannot be read.
  virtual absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const = 0;
  virtual absl::Status Scan(const RocksRange& range, const RocksVisitor& visit) const = 0;
};

// Thread-safe.
class RocksDatabase : public RocksSnapshot {
 public:
  struct Options {
    std::string path{};
    RocksResources* resources = nullptr;  // Null: small ones of its own.
    bool create_if_missing = true;
    // Sees what lay there when it was opened, and does not lock the folder: a tool may look while the server runs.
    bool read_only = false;
    // For the log: what lies in it is the only copy. A torn tail of the write-ahead log ends recovery there, any other damage is an
    // error, and a failed background write is never retried.
    bool only_copy = false;
    // On a file system in memory that lasts as long as `memory` does: for tests.
    std::shared_ptr<void> memory{};
  };
  // DATA_LOSS if it is damaged, UNAVAILABLE if another process has it open.
  static absl::StatusOr<std::unique_ptr<RocksDatabase>> Open(const Options& options);

  // Writes the whole batch or nothing. After an error of a kSynced write its fate is unknown: close the database.
  virtual absl::Status Write(RocksBatch& batch, Durability durability) = 0;
  virtual std::unique_ptr<RocksSnapshot> Snapshot() const = 0;
  // The last row of all whose key is `limit` or before it; absent if there is none.
  virtual absl::StatusOr<std::optional<std::pair<std::string, std::string>>> LastUpTo(absl::string_view limit) const = 0;
  // Everything in memory goes to files, so that opening it again is quick.
  virtual absl::Status Flush() = 0;
  // A rough count of bytes on disk.
  virtual uint64_t ApproximateBytes() const = 0;
};

// A file system in memory for RocksDatabase::Options::memory.
std::shared_ptr<void> NewRocksMemory();

// Writes rows in strictly ascending key order into files, and makes them the content of a fresh, empty database: the quickest way
// to fill one. Not thread-safe.
class RocksBulkLoader {
 public:
  virtual ~RocksBulkLoader() = default;
  virtual absl::Status Put(absl::string_view key, absl::string_view value) = 0;
  // Creates the database at the loader's path and closes it again.
  virtual absl::Status Finish() = 0;
};
absl::StatusOr<std::unique_ptr<RocksBulkLoader>> NewRocksBulkLoader(const RocksDatabase::Options& options);

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_DATABASE_H_
