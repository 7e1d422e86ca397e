#include "libs/stream_store/stream_store_rocks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/big_endian.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/checkpoint.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

constexpr size_t kUuidBytes = 16;
constexpr size_t kIdxBytes = 8;

std::string KeyOf(char table, uint32_t partition) {
  std::string key(1, table);
  AppendBigEndian(key, partition, 4);
  return key;
}

std::string RecordKey(uint32_t partition, const Uuid& scope, uint64_t idx) {
  std::string key = KeyOf('r', partition) + scope.ToBytes();
  AppendBigEndian(key, idx, kIdxBytes);
  return key;
}

std::string PositionKey(uint32_t partition, uint64_t idx) {
  std::string key = KeyOf('i', partition);
  AppendBigEndian(key, idx, kIdxBytes);
  return key;
}

std::string RequestRowKey(absl::string_view request_key) { return absl::StrCat("q", request_key); }

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the stream store holds a damaged ", what,
                   "; stop the server, delete its folder streams and start again: it is rebuilt from the log"));
}

std::string EncodePlace(const RecordPlace& place) {
  std::string value;
  AppendBigEndian(value, place.partition, 4);
  AppendBigEndian(value, place.idx, kIdxBytes);
  return absl::StrCat(value, place.scope.ToBytes(), place.leaf_prefix);
}

absl::StatusOr<std::optional<RecordPlace>> DecodePlace(const std::optional<std::string>& value) {
  if (!value.has_value()) return std::optional<RecordPlace>();
  absl::string_view bytes = *value;
  if (bytes.size() != 4 + kIdxBytes + kUuidBytes + kLeafPrefixBytes) return Damaged("place");
  RecordPlace place;
  place.partition = static_cast<uint32_t>(ReadBigEndian(bytes.substr(0, 4)));
  place.idx = ReadBigEndian(bytes.substr(4, kIdxBytes));
  place.scope = *Uuid::FromBytes(bytes.substr(12, kUuidBytes));
  place.leaf_prefix = std::string(bytes.substr(12 + kUuidBytes));
  return std::optional<RecordPlace>(std::move(place));
}

absl::StatusOr<ValidRecord> DecodeRecord(uint32_t partition, absl::string_view value) {
  if (value.size() < kSha256Bytes) return Damaged("record");
  const absl::StatusOr<RecordView> frame = DecodeFrame(value.substr(kSha256Bytes));
  if (!frame.ok()) return Damaged("record");
  ValidRecord record;
  auto header = std::make_unique<log::v1::CommandHeader>();
  if (!header->ParseFromArray(frame->header.data(), static_cast<int>(frame->header.size()))) return Damaged("record");
  record.partition = partition;
  record.idx = header->idx();
  record.leaf = std::string(value.substr(0, kSha256Bytes));
  record.header = StoredHeader(std::string(frame->header), std::move(header));
  record.payload = std::string(frame->payload);
  return record;
}

void AddRecord(const ValidRecord& record, RocksBatch& batch) {
  RecordPlace place{record.partition, record.idx, Uuid(), record.leaf.substr(0, kLeafPrefixBytes)};
  const std::string value = record.leaf + EncodeFrame(RecordView{RecordKind::kCommand, record.header.bytes(), record.payload});
  for (const Uuid& scope : ScopesOf(*record.header)) {
    place.scope = scope;
    batch.Put(RecordKey(record.partition, scope, record.idx), value);
  }
  batch.Put(PositionKey(record.partition, record.idx), EncodePlace(place));
  if (const std::string key = RequestKeyOf(*record.header); !key.empty()) batch.Put(RequestRowKey(key), EncodePlace(place));
  if (record.header->has_imports()) {
    std::string imported;
    AppendBigEndian(imported, record.header->imports().idx(), kIdxBytes);
    batch.Put(KeyOf('m', record.partition) + record.header->imports().log_id(), imported + record.header->imports().leaf());
  }
}

class RocksStreamStore final : public StreamStore {
 public:
  explicit RocksStreamStore(std::unique_ptr<RocksDatabase> database) : database_(std::move(database)) {}

  absl::Status Apply(const StreamStoreBatch& batch) override {
    RocksBatch rows;
    for (const ValidRecordPtr& record : batch.records) AddRecord(*record, rows);
    for (const TailBatch::Progress& progress : batch.checkpoints) {
      rows.Put(KeyOf('c', progress.partition), EncodeCheckpoint(progress.checkpoint));
    }
    for (const auto& foreign : batch.foreign_checkpoints) {
      rows.Put(KeyOf('f', foreign.partition) + foreign.foreign_log_id, EncodeCheckpoint(foreign.checkpoint));
    }
    for (const auto& forgotten : batch.forgotten_requests) {
      for (const std::string& key : forgotten.request_keys) rows.Delete(RequestRowKey(key));
      std::string from;
      AppendBigEndian(from, forgotten.remembered_from, kIdxBytes);
      rows.Put(KeyOf('g', forgotten.partition), from);
    }
    return database_->Write(rows, Durability::kWhenFlushed);
  }

  absl::Status Flush() override { return database_->Flush(); }

  absl::StatusOr<ReaderCheckpoint> LoadCheckpoint(uint32_t partition) const override {
    return LoadCheckpointAt(KeyOf('c', partition));
  }

  absl::StatusOr<ReaderCheckpoint> LoadForeignCheckpoint(uint32_t partition, absl::string_view foreign_log_id) const override {
    return LoadCheckpointAt(absl::StrCat(KeyOf('f', partition), foreign_log_id));
  }

  absl::StatusOr<std::optional<ImportedTo>> LoadImportedTo(uint32_t partition, absl::string_view foreign_log_id) const override {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                         database_->Get(absl::StrCat(KeyOf('m', partition), foreign_log_id)));
    if (!value.has_value()) return std::optional<ImportedTo>();
    if (value->size() != kIdxBytes + kSha256Bytes) return Damaged("import position");
    return std::optional<ImportedTo>(
        ImportedTo{ReadBigEndian(absl::string_view(*value).substr(0, kIdxBytes)), value->substr(kIdxBytes)});
  }

  absl::Status ReadScope(uint32_t partition, const Uuid& scope,
                         const std::function<absl::Status(ValidRecord)>& visit) const override {
    absl::Status visited;
    SIP_RETURN_IF_ERROR(
        database_->Scan({.prefix = KeyOf('r', partition) + scope.ToBytes()}, [&](absl::string_view, absl::string_view value) {
          absl::StatusOr<ValidRecord> record = DecodeRecord(partition, value);
          visited = record.ok() ? visit(*std::move(record)) : record.status();
          return visited.ok();
        }));
    return visited;
  }

  absl::StatusOr<ValidRecord> ReadRecord(const RecordPlace& place) const override {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                         database_->Get(RecordKey(place.partition, place.scope, place.idx)));
    if (!value.has_value()) return absl::NotFoundError("no such record in the stream store");
    return DecodeRecord(place.partition, *value);
  }

  absl::StatusOr<std::optional<RecordPlace>> FindPosition(uint32_t partition, uint64_t idx) const override {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(PositionKey(partition, idx)));
    return DecodePlace(value);
  }

  absl::StatusOr<std::optional<RecordPlace>> FindRequest(absl::string_view request_key) const override {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(RequestRowKey(request_key)));
    return DecodePlace(value);
  }

  absl::StatusOr<uint64_t> LoadRememberedFrom(uint32_t partition) const override {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(KeyOf('g', partition)));
    if (!value.has_value()) return uint64_t{0};
    if (value->size() != kIdxBytes) return Damaged("note of forgotten requests");
    return ReadBigEndian(*value);
  }

 private:
  absl::StatusOr<ReaderCheckpoint> LoadCheckpointAt(const std::string& key) const {
    SIP_ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(key));
    if (!value.has_value()) return ReaderCheckpoint{};
    return DecodeCheckpoint(*value);
  }

  const std::unique_ptr<RocksDatabase> database_;
};

}  // namespace

std::unique_ptr<StreamStore> NewRocksStreamStore(std::unique_ptr<RocksDatabase> database) {
  return std::make_unique<RocksStreamStore>(std::move(database));
}

}  // namespace sip
