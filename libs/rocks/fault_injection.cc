#include "libs/rocks/fault_injection.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/rocks/simulated_files.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace sip {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

enum class Operation { kOther, kWrite, kSync };  // kWrite needs room.

// As SimulatedFiles wants them.
std::string Clean(const std::string& path) {
  std::string clean;
  for (const char c : path) {
    if (c != '/' || (!clean.empty() && clean.back() != '/')) clean.push_back(c);
  }
  while (!clean.empty() && clean.back() == '/') clean.pop_back();
  return clean.empty() ? "" : clean.front() == '/' ? clean : "/" + clean;
}

}  // namespace

class RocksFaults::Disk {
 public:
  using NodePtr = SimulatedFiles::NodePtr;

  // Does `work` on the files unless the operation fails.
  template <typename Work>
  IOStatus Do(Operation operation, Work work) {
    MutexLock lock(mutex_);
    IOStatus failed = NextFailure(operation);
    return failed.ok() ? work(files_) : failed;
  }

  IOStatus Append(SimulatedFiles::Node& file, const rocksdb::Slice& data) {
    MutexLock lock(mutex_);
    IOStatus failed = NextFailure(Operation::kWrite);
    file.bytes.append(data.data(), failed.ok() ? data.size() : data.size() / 2);
    return failed;
  }

  // Waits while syncs are held. What is appended meanwhile is not synced.
  IOStatus Sync(SimulatedFiles::Node& file) {
    MutexLock lock(mutex_);
    const size_t size = file.bytes.size();
    ++syncs_;
    ++waiting_;
    changed_.NotifyAll();
    while (hold_) changed_.Wait(mutex_);
    --waiting_;
    IOStatus failed = fail_syncs_ ? IOStatus::IOError("injected: the sync failed") : NextFailure(Operation::kSync);
    std::string behind = file.bytes.substr(size);
    file.bytes.resize(size);
    failed.ok() ? SimulatedFiles::Sync(file) : SimulatedFiles::FailSync(file);
    file.bytes += behind;
    return failed;
  }

  bool Lock(const std::string& path) {
    MutexLock lock(mutex_);
    return locked_.insert(path).second;
  }
  void Unlock(const std::string& path) {
    MutexLock lock(mutex_);
    locked_.erase(path);
  }

  void FailSyncs(bool fail) {
    MutexLock lock(mutex_);
    fail_syncs_ = fail;
  }
  void HoldSyncs(bool hold) {
    MutexLock lock(mutex_);
    hold_ = hold;
    changed_.NotifyAll();
  }
  void AwaitHeldSync() {
    MutexLock lock(mutex_);
    while (waiting_ == 0) changed_.Wait(mutex_);
  }
  size_t syncs() const {
    MutexLock lock(mutex_);
    return syncs_;
  }
  void Fail(std::optional<Failure> failure) {
    MutexLock lock(mutex_);
    failure_ = failure;
    met_ = 0;
  }
  bool Failed() const {
    MutexLock lock(mutex_);
    return failure_.has_value() && met_ > failure_->at;
  }
  void LosePower(std::optional<uint64_t> seed) {
    MutexLock lock(mutex_);
    files_.LosePower(seed);
    locked_.clear();
  }
  Image image() const {
    MutexLock lock(mutex_);
    return files_.image();
  }
  void SetImage(const Image& image) {
    MutexLock lock(mutex_);
    files_.SetImage(image);
    locked_.clear();
  }

 private:
  IOStatus NextFailure(Operation operation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!failure_.has_value()) return IOStatus::OK();
    const Fault fault = failure_->fault;
    if (fault == Fault::kNoSpace && operation != Operation::kWrite) return IOStatus::OK();
    if (fault == Fault::kFailedSync && operation != Operation::kSync) return IOStatus::OK();
    const uint64_t number = met_++;
    if (number < failure_->at || (number > failure_->at && !failure_->lasts)) return IOStatus::OK();
    return fault == Fault::kNoSpace ? IOStatus::NoSpace("injected: no space is left")
                                    : IOStatus::IOError("injected: the disk failed");
  }

  mutable Mutex mutex_;
  CondVar changed_;
  SimulatedFiles files_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> locked_ ABSL_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ ABSL_GUARDED_BY(mutex_);
  uint64_t met_ ABSL_GUARDED_BY(mutex_) = 0;  // Operations that the failure could have met.
  size_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool fail_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
};

namespace {

using Disk = RocksFaults::Disk;
using NodePtr = SimulatedFiles::NodePtr;

IOStatus Missing(const std::string& path) { return IOStatus::PathNotFound(path); }

// Reads up to `size` bytes at `offset` into `scratch`.
IOStatus ReadAt(Disk& disk, const NodePtr& file, uint64_t offset, size_t size, rocksdb::Slice* result, char* scratch) {
  return disk.Do(Operation::kOther, [&](SimulatedFiles&) {
    const size_t from = std::min(static_cast<size_t>(offset), file->bytes.size());
    const size_t count = std::min(size, file->bytes.size() - from);
    file->bytes.copy(scratch, count, from);
    *result = rocksdb::Slice(scratch, count);
    return IOStatus::OK();
  });
}

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(std::shared_ptr<Disk> disk, NodePtr file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(size_t size, const IOOptions&, rocksdb::Slice* result, char* scratch, IODebugContext*) override {
    IOStatus status = ReadAt(*disk_, file_, offset_, size, result, scratch);
    if (status.ok()) offset_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t size) override {
    offset_ += size;
    return IOStatus::OK();
  }

 private:
  const std::shared_ptr<Disk> disk_;
  const NodePtr file_;
  uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(std::shared_ptr<Disk> disk, NodePtr file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, rocksdb::Slice* result, char* scratch,
                IODebugContext*) const override {
    return ReadAt(*disk_, file_, offset, size, result, scratch);
  }

 private:
  const std::shared_ptr<Disk> disk_;
  const NodePtr file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(std::shared_ptr<Disk> disk, NodePtr file) : disk_(std::move(disk)), file_(std::move(file)) {}
  using FSWritableFile::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions&, IODebugContext*) override { return disk_->Append(*file_, data); }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return disk_->Do(Operation::kWrite, [&](SimulatedFiles&) {
      file_->bytes.resize(static_cast<size_t>(size));
      return IOStatus::OK();
    });
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return Nothing(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_->Sync(*file_); }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    uint64_t size = 0;
    disk_
        ->Do(Operation::kOther,
             [&](SimulatedFiles&) {
               size = file_->bytes.size();
               return IOStatus::OK();
             })
        .PermitUncheckedError();
    return size;
  }

 private:
  IOStatus Nothing() {
    return disk_->Do(Operation::kWrite, [](SimulatedFiles&) { return IOStatus::OK(); });
  }
  const std::shared_ptr<Disk> disk_;
  const NodePtr file_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  Folder(std::shared_ptr<Disk> disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return disk_->Do(Operation::kSync, [&](SimulatedFiles& files) {
      files.SyncFolder(path_);
      return IOStatus::OK();
    });
  }

 private:
  const std::shared_ptr<Disk> disk_;
  const std::string path_;
};

class Lock final : public rocksdb::FileLock {
 public:
  explicit Lock(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

class FaultyFiles final : public rocksdb::FileSystem {
 public:
  explicit FaultyFiles(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}
  const char* Name() const override { return "RocksFaults"; }

  IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext*) override {
    return OpenFile<SequentialFile>(path, result);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result, IODebugContext*) override {
    return OpenFile<RandomAccessFile>(path, result);
  }
  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    return disk_->Do(Operation::kWrite, [&](SimulatedFiles& files) {
      const std::string name = Clean(path);
      const NodePtr folder = files.Find(FolderOf(name));
      if (folder == nullptr || !folder->folder) return Missing(path);
      *result = std::make_unique<WritableFile>(disk_, files.Create(name, /*folder=*/false));
      return IOStatus::OK();
    });
  }
  IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    return OpenFile<WritableFile>(path, result);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext*) override {
    return With(path, [&](SimulatedFiles&, const NodePtr&) {
      *result = std::make_unique<Folder>(disk_, Clean(path));
      return IOStatus::OK();
    });
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_->Do(Operation::kOther,
                     [&](SimulatedFiles& files) { return files.Find(Clean(path)) ? IOStatus::OK() : IOStatus::NotFound(path); });
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* result, IODebugContext*) override {
    return With(path, [&](SimulatedFiles& files, const NodePtr&) {
      *result = files.Children(Clean(path));
      return IOStatus::OK();
    });
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return With(path, [&](SimulatedFiles& files, const NodePtr&) {
      files.Remove(Clean(path));
      return IOStatus::OK();
    });
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return MakeFolder(path, /*may_exist=*/false);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return MakeFolder(path, /*may_exist=*/true);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    return DeleteFile(path, options, debug);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size, IODebugContext*) override {
    return With(path, [&](SimulatedFiles&, const NodePtr& file) {
      *size = file->bytes.size();
      return IOStatus::OK();
    });
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions&, uint64_t* time, IODebugContext*) override {
    return With(path, [&](SimulatedFiles&, const NodePtr&) {
      *time = 0;
      return IOStatus::OK();
    });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return With(
        from,
        [&](SimulatedFiles& files, const NodePtr&) {
          files.Rename(Clean(from), Clean(to));
          return IOStatus::OK();
        },
        Operation::kWrite);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = NewWritableFile(path, rocksdb::FileOptions(), &file, debug);
    if (status.ok() && !disk_->Lock(Clean(path))) status = IOStatus::IOError(path, "is locked");
    if (status.ok()) *lock = new Lock(Clean(path));
    return status;
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    disk_->Unlock(static_cast<Lock*>(lock)->path());
    delete lock;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result, IODebugContext*) override {
    *result = Clean(path);
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_folder, IODebugContext*) override {
    return With(path, [&](SimulatedFiles&, const NodePtr& node) {
      *is_folder = node->folder;
      return IOStatus::OK();
    });
  }

 private:
  // Work on what the path names; an error if it names nothing.
  template <typename Work>
  IOStatus With(const std::string& path, Work work, Operation operation = Operation::kOther) {
    return disk_->Do(operation, [&](SimulatedFiles& files) {
      const NodePtr node = files.Find(Clean(path));
      return node == nullptr ? Missing(path) : work(files, node);
    });
  }
  template <typename File, typename Result>
  IOStatus OpenFile(const std::string& path, Result* result) {
    return With(path, [&](SimulatedFiles&, const NodePtr& file) {
      if (file->folder) return Missing(path);
      *result = std::make_unique<File>(disk_, file);
      return IOStatus::OK();
    });
  }
  IOStatus MakeFolder(const std::string& path, bool may_exist) {
    return disk_->Do(Operation::kWrite, [&](SimulatedFiles& files) {
      const std::string name = Clean(path);
      const NodePtr there = files.Find(name);
      if (there != nullptr) return may_exist && there->folder ? IOStatus::OK() : IOStatus::IOError(path, "exists");
      const NodePtr above = files.Find(FolderOf(name));
      if (above == nullptr || !above->folder) return Missing(path);
      files.Create(name, /*folder=*/true);
      return IOStatus::OK();
    });
  }

  const std::shared_ptr<Disk> disk_;
};

}  // namespace

struct RocksFaults::Environment {
  explicit Environment(const std::shared_ptr<Disk>& disk) : env(rocksdb::NewCompositeEnv(std::make_shared<FaultyFiles>(disk))) {}
  const std::unique_ptr<rocksdb::Env> env;
};

RocksFaults::RocksFaults() : disk_(std::make_shared<Disk>()), environment_(std::make_shared<Environment>(disk_)) {}
RocksFaults::~RocksFaults() = default;

std::shared_ptr<void> RocksFaults::files() const { return std::shared_ptr<void>(environment_, environment_->env.get()); }
void RocksFaults::FailSyncs(bool fail) { disk_->FailSyncs(fail); }
void RocksFaults::HoldSyncs(bool hold) { disk_->HoldSyncs(hold); }
void RocksFaults::AwaitHeldSync() { disk_->AwaitHeldSync(); }
size_t RocksFaults::syncs() const { return disk_->syncs(); }
void RocksFaults::Fail(std::optional<Failure> failure) { disk_->Fail(failure); }
bool RocksFaults::Failed() const { return disk_->Failed(); }
void RocksFaults::LosePower(std::optional<uint64_t> seed) { disk_->LosePower(seed); }
RocksFaults::Image RocksFaults::image() const { return disk_->image(); }
void RocksFaults::SetImage(const Image& image) { disk_->SetImage(image); }

}  // namespace sip
