#include "libs/engine/request_memory.h"

#include <optional>
#include <string>
#include <utility>

#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

std::optional<ValidRecord> RecordAt(const StreamStore& store, uint32_t partition, uint64_t idx) {
  const auto place = store.FindPosition(partition, idx);
  if (!place.ok() || !place->has_value()) return std::nullopt;
  auto record = store.ReadRecord(**place);
  if (!record.ok()) return std::nullopt;
  return *std::move(record);
}

bool MayBeForgotten(const StreamStore& store, const RequestMemory& memory, const ValidRecord& record, const std::string& key) {
  const std::optional<Uuid> request_id = Uuid::FromBytes(record.header->command_id());
  if (request_id.has_value() && request_id->MintedAt().has_value() && !memory.IsTooOld(*request_id)) return false;
  const auto answer = store.FindRequest(key);
  return answer.ok() && answer->has_value() && (*answer)->idx == record.idx;
}

}  // namespace

StreamStoreBatch::ForgottenRequests RequestsToForget(const StreamStore& store, uint32_t partition, uint64_t remembered_from,
                                                     const RequestMemory& memory, size_t max_records) {
  StreamStoreBatch::ForgottenRequests forgotten;
  forgotten.partition = partition;
  uint64_t& idx = forgotten.remembered_from;
  for (idx = remembered_from; idx < memory.before_idx && max_records > 0; ++idx, --max_records) {
    const std::optional<ValidRecord> record = RecordAt(store, partition, idx);
    if (!record.has_value()) continue;
    // Records lie in the order of their times.
    if (!memory.Forgets(FromProto(record->header->recorded_at()), idx)) break;
    std::string key = RequestKeyOf(*record->header);
    if (!key.empty() && MayBeForgotten(store, memory, *record, key)) forgotten.request_keys.push_back(std::move(key));
  }
  return forgotten;
}

}  // namespace sip
