#include <filesystem>

#include "libs/base/uuid.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/rocks/database.h"
#include "libs/testing/log_conformance.h"

namespace sip {
namespace {

class RocksBackend : public LogBackend {
 public:
  // `window_bytes` 1: readers that are more than a chunk behind read from the database.
  explicit RocksBackend(size_t window_bytes) : path_(testing::TempDir() + "/log_rocks_" + NewUuidV7().ToString()) {
    options_.path = path_ + "/log";
    options_.logs = {{"sip.other", 1}, {kLogName, kPartitions}};
    options_.memory = NewRocksMemory();
    options_.window_bytes = window_bytes;
    options_.disk_reserve_bytes = 100;
    options_.disk_check_interval = absl::ZeroDuration();
    options_.free_bytes = [this]() -> absl::StatusOr<uint64_t> { return full_ ? 99 : 100; };
    Open();
  }
  ~RocksBackend() override {
    store_.reset();
    std::filesystem::remove_all(path_);
  }
  EventLog& log() override { return *store_->log(kLogName); }
  void Restart() override {
    EXPECT_TRUE(store_->Close().ok());
    store_.reset();
    Open();
  }
  void SetFull(bool full) override {
    full_ = full;
    if (!full) return;
    // The reserve is looked at after each commit.
    auto other = store_->log("sip.other")->Claim(0, {}, {}, [](const ValidRecordPtr&) { return absl::OkStatus(); });
    EXPECT_TRUE(other.ok()) << other.status();
  }

 private:
  void Open() {
    auto store = RocksLogStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  const std::string path_;
  std::atomic<bool> full_{false};
  RocksLogOptions options_;
  std::unique_ptr<RocksLogStore> store_;
};

SIP_LOG_CONFORMANCE(Rocks, [] { return std::make_unique<RocksBackend>(size_t{32} << 20); });
SIP_LOG_CONFORMANCE(RocksFromDisk, [] { return std::make_unique<RocksBackend>(1); });

}  // namespace
}  // namespace sip
