// What all projections do with rows: keys of several fields whose bytes sort as the fields do, and messages as values.
//
// A key is text: its fields in order, with "/" between them. Ids are canonical text and times have a fixed width, so that keys sort
// by them; other fields are escaped, so that no field runs into the next.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_ROWS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_ROWS_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/check.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/projection.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// "a/b/c", each field with "/" and "%" escaped.
std::string RowKey(std::initializer_list<absl::string_view> fields);
// "a/b/": the prefix of all keys that begin with these fields.
std::string RowPrefix(std::initializer_list<absl::string_view> fields);
// A time as a field: "2018-03-12T09:00:00.000000Z". The infinite future sorts last.
std::string KeyTime(absl::Time time);

// The record's case, canonical text. Absent in a shared log.
std::optional<std::string> CaseIdOf(const RecordedCommand& record);
// When what the record says happened, as said; else when it was recorded.
common::v1::Occurred OccurredAt(const RecordedCommand& record);

// The row; absent if there is none. Bytes that are no row break an invariant of ours.
template <typename Row, typename Rows>
std::optional<Row> GetRow(Rows& rows, absl::string_view key) {
  const std::optional<std::string> stored = rows.Get(key);
  if (!stored.has_value()) return std::nullopt;
  Row row;
  SIP_CHECK(row.ParseFromString(*stored));
  return row;
}

template <typename Row>
void PutRow(ViewBatch& view, absl::string_view key, const Row& row) {
  view.Put(key, row.SerializeAsString());
}

// The record is in the row already: a record that is delivered again changes nothing. Times of recording are strictly increasing in
// a partition, and a row is written from one log.
template <typename Row>
bool IsApplied(const Row& row, const RecordedCommand& record) {
  return row.has_recorded_at() && FromProto(row.recorded_at()) >= record.recorded_at;
}

// The case's facts as imported into the log that the view folds: whom a query may be answered to. `table` keeps those of several
// logs apart.
std::string FactsKey(absl::string_view table, absl::string_view case_id);
// Writes them if the event brings them; returns them then.
std::optional<common::v1::CaseFacts> PutImportedFacts(const RecordedEvent& recorded, absl::string_view key, ViewBatch& view);

// The agency is party to the case: until there are access rules, nobody else sees anything of it.
bool IsParty(const common::v1::CaseFacts& facts, absl::string_view agency_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_ROWS_H_
