#include "services/views/projections/rows.h"

#include <algorithm>

#include "libs/base/uuid.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

void AppendField(absl::string_view field, std::string& key) {
  for (const char c : field) {
    if (c == '/') {
      key += "%2F";
    } else if (c == '%') {
      key += "%25";
    } else {
      key += c;
    }
  }
}

}  // namespace

std::string RowKey(std::initializer_list<absl::string_view> fields) {
  std::string key = RowPrefix(fields);
  key.pop_back();
  return key;
}

std::string RowPrefix(std::initializer_list<absl::string_view> fields) {
  std::string key;
  for (const absl::string_view field : fields) {
    AppendField(field, key);
    key += '/';
  }
  return key;
}

std::string KeyTime(absl::Time time) {
  if (time == absl::InfiniteFuture()) return "infinite-future";
  return absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::optional<std::string> CaseIdOf(const RecordedCommand& record) {
  const std::optional<Uuid> case_id = Uuid::FromBytes(record.header->case_id());
  if (!case_id.has_value()) return std::nullopt;
  return case_id->ToString();
}

common::v1::Occurred OccurredAt(const RecordedCommand& record) {
  return record.header->has_occurred_at() ? record.header->occurred_at() : OccurredAtInstant(record.recorded_at);
}

std::string FactsKey(absl::string_view table, absl::string_view case_id) { return RowKey({table, case_id}); }

std::optional<common::v1::CaseFacts> PutImportedFacts(const RecordedEvent& recorded, absl::string_view key, ViewBatch& view) {
  const auto* fact = google::protobuf::DynamicCastToGenerated<common::v1::FactEvent>(recorded.event.get());
  if (fact == nullptr || !fact->has_case_facts_imported()) return std::nullopt;
  PutRow(view, key, fact->case_facts_imported().facts());
  return fact->case_facts_imported().facts();
}

bool IsParty(const common::v1::CaseFacts& facts, absl::string_view agency_id) {
  const auto& agencies = facts.agency_ids();
  return !agency_id.empty() && std::find(agencies.begin(), agencies.end(), agency_id) != agencies.end();
}

}  // namespace sip
