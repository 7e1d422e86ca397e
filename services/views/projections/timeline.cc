#include "services/views/projections/timeline.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/domain/case_import.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/rows.h"
#include "services/views/projections/timeline_words.h"

namespace sip {
namespace {

std::string KeyOf(const std::string& case_id, const RecordedCommand& record, uint32_t event_index) {
  return absl::StrCat(TimelinePrefix(case_id), KeyTime(record.recorded_at), "/", record.log_name, "/",
                      absl::StrFormat("%016x/%04x", record.idx, event_index));
}

}  // namespace

void TimelineProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value()) return;
  if (const auto facts = CaseFactsIn(record); facts.has_value()) PutRow(view, FactsKey("facts", *case_id), *facts);
  std::string told;  // The stream and sentence before: the edits of one command are one thing that happened.
  for (uint32_t i = 0; i < record.events.size(); ++i) {
    const RecordedEvent& recorded = record.events[i];
    const std::optional<Sentence> sentence = SentenceFor(*recorded.event);
    if (!sentence.has_value()) continue;
    std::string now_told = absl::StrCat(recorded.stream.ToString(), " ", sentence->sv);
    if (now_told == told) continue;
    told = std::move(now_told);
    views::v1::TimelineRow row;
    row.set_log_name(record.log_name);
    row.set_record_idx(record.idx);
    row.set_event_index(i);
    row.set_stream(recorded.stream.ToString());
    row.set_kind(sentence->kind);
    *row.mutable_occurred_at() = OccurredAt(record);
    *row.mutable_recorded_at() = ToProto(record.recorded_at);
    row.set_acting_agency_id(record.header->acting_agency());
    row.set_text_sv(sentence->sv);
    row.set_text_en(sentence->en);
    PutRow(view, KeyOf(*case_id, record, i), row);
  }
}

std::string TimelinePrefix(absl::string_view case_id) { return RowPrefix({"event", case_id}); }

}  // namespace sip
