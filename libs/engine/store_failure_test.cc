// What a node tells when its own disk fails, as opposed to the log: others must take over then.
#include "libs/engine/store_failure.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "libs/engine/memory_stream_store.h"
#include "libs/testing/manual_clock.h"
#include "libs/testing/notes_engine.h"

namespace sip {
namespace {

// Writes nothing while it is full.
class FullStore final : public StreamStore {
 public:
  bool full = false;

  absl::Status Apply(const StreamStoreBatch& batch) override {
    return full ? absl::UnavailableError("no space left") : store_->Apply(batch);
  }
  absl::Status Flush() override { return store_->Flush(); }
  absl::StatusOr<ReaderCheckpoint> LoadCheckpoint(uint32_t partition) const override { return store_->LoadCheckpoint(partition); }
  absl::StatusOr<ReaderCheckpoint> LoadForeignCheckpoint(uint32_t partition, absl::string_view log_id) const override {
    return store_->LoadForeignCheckpoint(partition, log_id);
  }
  absl::StatusOr<std::optional<ImportedTo>> LoadImportedTo(uint32_t partition, absl::string_view log_id) const override {
    return store_->LoadImportedTo(partition, log_id);
  }
  absl::Status ReadScope(uint32_t partition, const Uuid& scope,
                         const std::function<absl::Status(ValidRecord)>& visit) const override {
    return store_->ReadScope(partition, scope, visit);
  }
  absl::StatusOr<ValidRecord> ReadRecord(const RecordPlace& place) const override { return store_->ReadRecord(place); }
  absl::StatusOr<std::optional<RecordPlace>> FindPosition(uint32_t partition, uint64_t idx) const override {
    return store_->FindPosition(partition, idx);
  }
  absl::StatusOr<std::optional<RecordPlace>> FindRequest(absl::string_view key) const override { return store_->FindRequest(key); }
  absl::StatusOr<uint64_t> LoadRememberedFrom(uint32_t partition) const override { return store_->LoadRememberedFrom(partition); }

 private:
  const std::unique_ptr<StreamStore> store_ = NewMemoryStreamStore();
};

class StoreFailureTest : public testing::Test {
 protected:
  static MemoryLogOptions LogOptions() {
    MemoryLogOptions options = NotesLogOptions();
    options.others_can_own = true;
    return options;
  }
  StoreFailureTest() {
    notes_.engine().SetOnStopped([this](absl::Status why) { stopped_ = std::move(why); });
  }
  absl::Status Acquire() {
    absl::Status acquired = absl::UnknownError("no answer");
    notes_.engine().Acquire(0, [&](absl::Status status) { acquired = std::move(status); });
    executor_.RunAll();
    return acquired;
  }

  ManualClock clock_;
  ManualExecutor executor_;
  ManualTimer timer_;
  MemoryLogStore logs_{LogOptions()};
  FullStore store_;
  NotesEngine notes_{logs_, store_, clock_, executor_, timer_};
  std::optional<absl::Status> stopped_;
};

TEST_F(StoreFailureTest, AFullDiskUnderAnOwnerIsToldAsSuch) {
  ASSERT_EQ(Acquire(), absl::OkStatus());
  store_.full = true;
  notes_.engine().Execute(WriteNoteCommand("case", "note", "text", "r"), [](const absl::StatusOr<CommandAnswer>&) {});
  executor_.RunAll();
  ASSERT_TRUE(stopped_.has_value());
  EXPECT_TRUE(IsStoreFailure(*stopped_)) << *stopped_;
}

// It was tried again and again, while the partition had no owner.
TEST_F(StoreFailureTest, AFullDiskAtATakeOverIsNoReasonToTryAgain) {
  store_.full = true;
  EXPECT_FALSE(Acquire().ok());
  ASSERT_TRUE(stopped_.has_value());
  EXPECT_TRUE(IsStoreFailure(*stopped_)) << *stopped_;
}

TEST_F(StoreFailureTest, AFailureOfTheLogIsNone) {
  EXPECT_FALSE(IsStoreFailure(absl::DataLossError("the log")));
  EXPECT_FALSE(IsStoreFailure(absl::OkStatus()));
}

}  // namespace
}  // namespace sip
