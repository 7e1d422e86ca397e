// What every stream store must do; runs on the one in memory and on RocksDB.
#include "libs/engine/stream_store.h"

#include <gtest/gtest.h>

#include <functional>

#include "libs/base/sha256.h"
#include "libs/engine/memory_stream_store.h"
#include "libs/eventsourcing/stream.h"
#include "libs/rocks/database.h"
#include "libs/stream_store/stream_store_rocks.h"

namespace sip {
namespace {

struct Backend {
  const char* name;
  std::function<std::unique_ptr<StreamStore>()> make;
};

std::unique_ptr<StreamStore> MakeRocks() {
  auto database = RocksDatabase::Open({.path = "/streams", .memory = NewRocksMemory()});
  EXPECT_TRUE(database.ok()) << database.status();
  return NewRocksStreamStore(*std::move(database));
}

class StreamStoreTest : public testing::TestWithParam<Backend> {
 protected:
  const std::unique_ptr<StreamStore> store_ = GetParam().make();
};

Uuid Id(char c) { return MakeUuidV8(std::string(16, c)); }

ValidRecordPtr Shared(ValidRecord record) { return std::make_shared<const ValidRecord>(std::move(record)); }

ValidRecord RecordOf(const log::v1::CommandHeader& header) {
  ValidRecord record;
  record.partition = header.partition();
  record.idx = header.idx();
  record.header = StoredHeader(header.SerializeAsString());
  record.payload = "payload";
  record.leaf = Sha256(record.header.bytes());
  return record;
}

log::v1::CommandHeader MakeHeader(uint64_t idx, const Uuid& case_id, char request = 'q', uint32_t partition = 3) {
  log::v1::CommandHeader header;
  header.set_idx(idx);
  header.set_partition(partition);
  if (!case_id.IsNil()) header.set_case_id(case_id.ToBytes());
  header.set_acting_agency("region-nord");
  header.set_command_id(Id(request).ToBytes());
  return header;
}

ValidRecord MakeRecord(uint64_t idx, const Uuid& case_id, char request = 'q') {
  return RecordOf(MakeHeader(idx, case_id, request));
}

std::vector<uint64_t> IdxesOf(const StreamStore& store, const Uuid& scope, uint32_t partition = 3) {
  std::vector<uint64_t> idxes;
  EXPECT_TRUE(store
                  .ReadScope(partition, scope,
                             [&](const ValidRecord& record) {
                               idxes.push_back(record.idx);
                               return absl::OkStatus();
                             })
                  .ok());
  return idxes;
}

TEST_P(StreamStoreTest, ACaseIsReadInOrderAndAlone) {
  StreamStoreBatch batch;
  for (const uint64_t idx : {1u, 2u, 300u}) batch.records.push_back(Shared(MakeRecord(idx, Id('a'))));
  batch.records.push_back(Shared(MakeRecord(301, Id('b'))));
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_EQ(IdxesOf(*store_, Id('a')), (std::vector<uint64_t>{1, 2, 300}));
  EXPECT_EQ(IdxesOf(*store_, Id('b')), (std::vector<uint64_t>{301}));
  EXPECT_TRUE(IdxesOf(*store_, Id('a'), 4).empty());
}

TEST_P(StreamStoreTest, ARecordComesBackByteForByteFromItsPosition) {
  const ValidRecord record = MakeRecord(7, Id('a'));
  StreamStoreBatch batch;
  batch.records.push_back(Shared(record));
  ASSERT_TRUE(store_->Apply(batch).ok());
  const auto place = store_->FindPosition(3, 7);
  ASSERT_TRUE(place.ok() && place->has_value());
  EXPECT_EQ((*place)->leaf_prefix, record.leaf.substr(0, 8));
  const auto read = store_->ReadRecord(**place);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->header.bytes(), record.header.bytes());
  EXPECT_EQ(read->payload, record.payload);
  EXPECT_EQ(read->leaf, record.leaf);
  EXPECT_EQ(*store_->FindPosition(3, 8), std::nullopt);
  EXPECT_EQ(store_->ReadRecord(RecordPlace{3, 8, Id('a'), ""}).status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StreamStoreTest, ARequestIsFoundByAgencyCaseAndIdTogether) {
  StreamStoreBatch batch;
  batch.records.push_back(Shared(MakeRecord(1, Id('a'), 'x')));
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_TRUE(store_->FindRequest(RequestKey("region-nord", Id('a'), Id('x')))->has_value());
  EXPECT_FALSE(store_->FindRequest(RequestKey("kommun-a", Id('a'), Id('x')))->has_value());
  EXPECT_FALSE(store_->FindRequest(RequestKey("region-nord", Id('b'), Id('x')))->has_value());
  EXPECT_FALSE(store_->FindRequest(RequestKey("region-nord", Id('a'), Id('y')))->has_value());
}

TEST_P(StreamStoreTest, AForgottenRequestIsNotFoundAndItsRecordStays) {
  StreamStoreBatch batch;
  for (const char request : {'x', 'y'}) batch.records.push_back(Shared(MakeRecord(request == 'x' ? 1 : 2, Id('a'), request)));
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_EQ(*store_->LoadRememberedFrom(3), 0u);
  StreamStoreBatch forget;
  forget.forgotten_requests.push_back({3, {RequestKey("region-nord", Id('a'), Id('x'))}, 2});
  ASSERT_TRUE(store_->Apply(forget).ok());
  EXPECT_FALSE(store_->FindRequest(RequestKey("region-nord", Id('a'), Id('x')))->has_value());
  EXPECT_TRUE(store_->FindRequest(RequestKey("region-nord", Id('a'), Id('y')))->has_value());
  EXPECT_EQ(*store_->LoadRememberedFrom(3), 2u);
  EXPECT_EQ(*store_->LoadRememberedFrom(4), 0u);
  EXPECT_EQ(IdxesOf(*store_, Id('a')).size(), 2u);
}

TEST_P(StreamStoreTest, AnImportIsNoRequestAndIsRemembered) {
  log::v1::CommandHeader header = MakeHeader(1, Id('a'), 'x');
  header.clear_acting_agency();
  header.mutable_imports()->set_log_id("0123456789abcdef");
  header.mutable_imports()->set_idx(41);
  header.mutable_imports()->set_leaf(std::string(32, 'l'));
  StreamStoreBatch batch;
  batch.records.push_back(Shared(RecordOf(header)));
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_FALSE(store_->FindRequest(RequestKey("", Id('a'), Id('x')))->has_value());
  const auto imported = store_->LoadImportedTo(3, "0123456789abcdef");
  ASSERT_TRUE(imported.ok() && imported->has_value());
  EXPECT_EQ((*imported)->idx, 41u);
  EXPECT_EQ((*imported)->leaf, std::string(32, 'l'));
  EXPECT_EQ(*store_->LoadImportedTo(3, "another log id.."), std::nullopt);
}

TEST_P(StreamStoreTest, InASharedLogEachStreamIsAScopeOfItsOwn) {
  log::v1::CommandHeader header = MakeHeader(1, Uuid());
  header.add_writes()->set_stream(StreamId{"subject", Id('s')}.ToString());
  header.add_writes()->set_stream(StreamId{"subject", Id('t')}.ToString());
  StreamStoreBatch batch;
  batch.records.push_back(Shared(RecordOf(header)));
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_EQ(IdxesOf(*store_, Id('s')).size(), 1u);
  EXPECT_EQ(IdxesOf(*store_, Id('t')).size(), 1u);
}

TEST_P(StreamStoreTest, CheckpointsComeBackWhole) {
  ReaderCheckpoint checkpoint;
  checkpoint.cursor = 12;
  checkpoint.head_cursor = 11;
  checkpoint.fold.started = true;
  checkpoint.fold.log_id = "0123456789abcdef";
  checkpoint.fold.next_idx = 5;
  EXPECT_EQ(*store_->LoadCheckpoint(3), ReaderCheckpoint{});
  StreamStoreBatch batch;
  batch.checkpoints.push_back({3, checkpoint});
  batch.foreign_checkpoints.push_back({3, "a foreign log id", checkpoint});
  ASSERT_TRUE(store_->Apply(batch).ok());
  EXPECT_EQ(*store_->LoadCheckpoint(3), checkpoint);
  EXPECT_EQ(*store_->LoadCheckpoint(4), ReaderCheckpoint{});
  EXPECT_EQ(*store_->LoadForeignCheckpoint(3, "a foreign log id"), checkpoint);
  EXPECT_EQ(*store_->LoadForeignCheckpoint(3, "another log id.."), ReaderCheckpoint{});
}

TEST_P(StreamStoreTest, TheVisitorsErrorEndsTheReading) {
  StreamStoreBatch batch;
  for (const uint64_t idx : {1u, 2u}) batch.records.push_back(Shared(MakeRecord(idx, Id('a'))));
  ASSERT_TRUE(store_->Apply(batch).ok());
  int visited = 0;
  const absl::Status status = store_->ReadScope(3, Id('a'), [&](const ValidRecord&) {
    ++visited;
    return absl::CancelledError("enough");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(visited, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, StreamStoreTest,
                         testing::Values(Backend{"Memory", NewMemoryStreamStore}, Backend{"Rocks", MakeRocks}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace sip
