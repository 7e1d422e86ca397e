#include "libs/log_rocks/record_copy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/uuid.h"
#include "libs/log_rocks/chunk.h"
#include "libs/rocks/database.h"
#include "libs/testing/log_records.h"
#include "libs/testing/random_logs.h"

namespace sip {
namespace {

class RecordCopyTest : public ::testing::Test {
 protected:
  ~RecordCopyTest() override { std::filesystem::remove_all(path_); }

  // Writes records from number `first` on, `count` of them.
  absl::Status Write(RecordTarget& target, size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) {
      const StoredRecordCopy& stored = logs_.records()[i];
      absl::Status appended = target.Append(logs_.logs()[stored.log], stored.partition, ViewOf(stored.record));
      if (!appended.ok()) return appended;
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<RocksLogStore>> Open() const {
    return RocksLogStore::Open({.path = path_, .create_if_missing = false, .read_only = true});
  }
  static absl::Status VisitAll(RecordSource& source) {
    return source.Visit([](const LogIdentity&, uint32_t, const absl::StatusOr<RecordView>& record) { return record.status(); });
  }

  const std::string path_ = ::testing::TempDir() + "/record_copy_" + NewUuidV7().ToString();
  MemoryRecords logs_ = MakeRandomLogs(1, 300);
  size_t genesis_records_ = 7;
};

TEST_F(RecordCopyTest, GenesisRecordsOfAllLogsLieInTheFirstChunk) {
  const auto target = NewRocksRecordTarget(path_, 100);
  ASSERT_TRUE(target->Begin(logs_.logs()).ok());
  ASSERT_TRUE(Write(*target, 0, 300).ok());
  ASSERT_TRUE(target->Finish().ok());
  const auto store = Open();
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_GT((*store)->found().chunks, 50u);
  size_t in_first = 0;
  ASSERT_TRUE((*store)
                  ->VisitRecords(0,
                                 [&](const RocksLogStore::StoredRecord& stored) {
                                   const bool genesis = stored.record.kind == RecordKind::kGenesis;
                                   in_first += genesis && stored.chunk == 0 ? 1 : 0;
                                   return absl::OkStatus();
                                 })
                  .ok());
  EXPECT_EQ(in_first, genesis_records_);
}

TEST_F(RecordCopyTest, ACommandBeforeTheGenesisOfAllPartitionsIsRefused) {
  const auto target = NewRocksRecordTarget(path_);
  ASSERT_TRUE(target->Begin(logs_.logs()).ok());
  ASSERT_TRUE(Write(*target, 0, 2).ok());
  EXPECT_EQ(Write(*target, genesis_records_, 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(target->Finish().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RecordCopyTest, ARecordAtWhichTheFoldStopsIsNotWritten) {
  const auto target = NewRocksRecordTarget(path_);
  ASSERT_TRUE(target->Begin(logs_.logs()).ok());
  ASSERT_TRUE(Write(*target, 0, 50).ok());
  FoldState state;
  state.log_id = logs_.logs()[0].log_id;
  const Record claim = MakeClaim(TestClaimHeader(state, "claim", TestId("nobody")));
  EXPECT_EQ(target->Append(logs_.logs()[0], 0, ViewOf(claim)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(target->Append(logs_.logs()[0], 0, {RecordKind::kCommand, "no header", ""}).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(target->Finish().ok());
  size_t records = 0;
  ASSERT_TRUE(target
                  ->Visit([&](const LogIdentity&, uint32_t, const absl::StatusOr<RecordView>&) {
                    ++records;
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(records, 50u);
}

TEST_F(RecordCopyTest, AChunkThatIsGoneIsFound) {
  const auto target = NewRocksRecordTarget(path_, 1000);
  ASSERT_TRUE(target->Begin(logs_.logs()).ok());
  ASSERT_TRUE(Write(*target, 0, 300).ok());
  ASSERT_TRUE(target->Finish().ok());
  // Opened and closed by a server, it has a stored state: the chunks before that are not looked at when it is opened.
  ASSERT_TRUE((*RocksLogStore::Open({.path = path_}))->Close().ok());
  {
    const auto store = Open();
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_EQ((*store)->found().chunks_scanned, 0u);
  }
  {
    auto database = RocksDatabase::Open({.path = path_ + "/chunks", .only_copy = true});
    ASSERT_TRUE(database.ok()) << database.status();
    RocksBatch batch;
    batch.Delete(ChunkKey(5));
    ASSERT_TRUE((*database)->Write(batch, Durability::kSynced).ok());
  }
  auto store = Open();
  ASSERT_TRUE(store.ok()) << store.status();
  const auto source = NewRocksRecordSource(*std::move(store));
  EXPECT_EQ(VisitAll(*source).code(), absl::StatusCode::kDataLoss);
}

TEST_F(RecordCopyTest, LogsThatWereAddedLaterAreCopiedAsTheyLie) {
  for (const size_t logs : {size_t{1}, size_t{2}, size_t{3}}) {
    RocksLogOptions options{.path = path_};
    for (size_t i = 0; i < logs; ++i) options.logs.push_back({"sip.log" + std::to_string(i), 4});
    const auto store = RocksLogStore::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->log("sip.log0")->Claim(0, {}, {}, [](const ValidRecordPtr&) { return absl::OkStatus(); }).ok());
  }
  const auto source = NewRocksRecordSource(*Open());
  const auto target = NewRocksRecordTarget(path_ + "/copy", 10);
  ASSERT_TRUE(target->Begin(source->logs()).ok());
  ASSERT_TRUE(source
                  ->Visit([&](const LogIdentity& log, uint32_t partition, const absl::StatusOr<RecordView>& record) {
                    return record.ok() ? target->Append(log, partition, *record) : record.status();
                  })
                  .ok());
  ASSERT_TRUE(target->Finish().ok());
  EXPECT_EQ(target->logs().size(), 3u);
}

}  // namespace
}  // namespace sip
