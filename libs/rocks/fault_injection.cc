#include "libs/rocks/fault_injection.h"

#include <map>
#include <string>
#include <utility>

#include "libs/base/check.h"
#include "libs/base/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace sip {

class RocksFaults::State {
 public:
  // How much of the file has been synced; it may be cut to that.
  void Synced(const std::string& file, uint64_t size) {
    MutexLock lock(mutex_);
    synced_[file] = size;
  }
  void Renamed(const std::string& from, const std::string& to) {
    MutexLock lock(mutex_);
    const auto it = synced_.find(from);
    if (it == synced_.end()) return;
    synced_[to] = it->second;
    synced_.erase(from);
  }
  void Deleted(const std::string& file) {
    MutexLock lock(mutex_);
    synced_.erase(file);
  }
  // Waits while syncs are held; whether it may succeed.
  bool EnterSync() {
    MutexLock lock(mutex_);
    ++syncs_;
    ++waiting_;
    changed_.NotifyAll();
    while (hold_) changed_.Wait(mutex_);
    --waiting_;
    return !fail_;
  }
  void FailSyncs(bool fail) {
    MutexLock lock(mutex_);
    fail_ = fail;
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
  void LosePower(rocksdb::FileSystem& files) {
    MutexLock lock(mutex_);
    for (const auto& [file, size] : synced_) {
      SIP_CHECK(files.Truncate(file, static_cast<size_t>(size), rocksdb::IOOptions(), nullptr).ok());
    }
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::map<std::string, uint64_t> synced_ ABSL_GUARDED_BY(mutex_);
  size_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool fail_ ABSL_GUARDED_BY(mutex_) = false;
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
};

namespace {

class File : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name, std::shared_ptr<RocksFaults::State> state)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), state_(std::move(state)) {
    state_->Synced(name_, 0);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Do([&] { return target()->Sync(options, debug); });
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Do([&] { return target()->Fsync(options, debug); });
  }

 private:
  template <typename Sync>
  rocksdb::IOStatus Do(Sync sync) {
    const uint64_t size = target()->GetFileSize(rocksdb::IOOptions(), nullptr);
    if (!state_->EnterSync()) return rocksdb::IOStatus::IOError("injected: the sync failed");
    rocksdb::IOStatus status = sync();
    if (status.ok()) state_->Synced(name_, size);
    return status;
  }

  const std::string name_;
  const std::shared_ptr<RocksFaults::State> state_;
};

class Files : public rocksdb::FileSystemWrapper {
 public:
  Files(const std::shared_ptr<rocksdb::FileSystem>& base, std::shared_ptr<RocksFaults::State> state)
      : FileSystemWrapper(base), state_(std::move(state)) {}
  const char* Name() const override { return "RocksFaults"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result, rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), name, state_);
    return status;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->RenameFile(from, to, options, debug);
    if (status.ok()) state_->Renamed(from, to);
    return status;
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->DeleteFile(name, options, debug);
    if (status.ok()) state_->Deleted(name);
    return status;
  }

 private:
  const std::shared_ptr<RocksFaults::State> state_;
};

}  // namespace

struct RocksFaults::Disk {
  explicit Disk(const std::shared_ptr<State>& state)
      : memory(rocksdb::NewMemEnv(rocksdb::Env::Default())),
        faulty(rocksdb::NewCompositeEnv(std::make_shared<Files>(memory->GetFileSystem(), state))) {}

  const std::unique_ptr<rocksdb::Env> memory;
  const std::unique_ptr<rocksdb::Env> faulty;
};

RocksFaults::RocksFaults() : state_(std::make_shared<State>()), disk_(std::make_shared<Disk>(state_)) {}
RocksFaults::~RocksFaults() = default;

std::shared_ptr<void> RocksFaults::files() const { return std::shared_ptr<void>(disk_, disk_->faulty.get()); }
void RocksFaults::FailSyncs(bool fail) { state_->FailSyncs(fail); }
void RocksFaults::HoldSyncs(bool hold) { state_->HoldSyncs(hold); }
void RocksFaults::AwaitHeldSync() { state_->AwaitHeldSync(); }
size_t RocksFaults::syncs() const { return state_->syncs(); }
void RocksFaults::LosePower() { state_->LosePower(*disk_->memory->GetFileSystem()); }

}  // namespace sip
