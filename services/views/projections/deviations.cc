#include "services/views/projections/deviations.h"

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/rows.h"
#include "sip/deviations/v1/deviation_events.pb.h"

namespace sip {
namespace {

using common::v1::CaseFacts;
using deviations::v1::DeviationEvent;
using views::v1::DeviationRow;

void ApplyEvent(const DeviationEvent& event, const RecordedCommand& record, DeviationRow& row) {
  switch (event.kind_case()) {
    case DeviationEvent::kDeviationSuggested:
      row.set_status(views::v1::DEVIATION_STATUS_SUGGESTED);
      *row.mutable_suggested() = event.deviation_suggested();
      *row.mutable_happened_at()->mutable_instant() = event.deviation_suggested().happened_at();
      return;
    case DeviationEvent::kSuggestionDismissed:
      row.set_status(views::v1::DEVIATION_STATUS_DISMISSED);
      *row.mutable_dismissed() = event.suggestion_dismissed();
      return;
    case DeviationEvent::kDeviationReported:
      row.set_status(views::v1::DEVIATION_STATUS_REPORTED);
      *row.mutable_reported() = event.deviation_reported();
      *row.mutable_happened_at() = OccurredAt(record);
      *row.mutable_sent_at() = ToProto(record.recorded_at);
      return;
    case DeviationEvent::kDeviationAcknowledged:
      row.set_status(views::v1::DEVIATION_STATUS_ACKNOWLEDGED);
      *row.mutable_acknowledged() = event.deviation_acknowledged();
      *row.mutable_acknowledged_at() = OccurredAt(record);
      return;
    case DeviationEvent::kDeviationAnswered:
      row.set_status(views::v1::DEVIATION_STATUS_ANSWERED);
      *row.mutable_answered() = event.deviation_answered();
      *row.mutable_answered_at() = OccurredAt(record);
      return;
    case DeviationEvent::kDeviationClosed:
      row.set_status(views::v1::DEVIATION_STATUS_CLOSED);
      *row.mutable_closed() = event.deviation_closed();
      *row.mutable_closed_at() = OccurredAt(record);
      return;
    case DeviationEvent::KIND_NOT_SET:
      return;
  }
}

void PutIndex(const DeviationRow& row, const CaseFacts& facts, ViewBatch& view) {
  for (const std::string& agency_id : facts.agency_ids()) {
    view.Put(absl::StrCat(DeviationsOfAgencyPrefix(agency_id), KeyTime(FromProto(row.first_recorded_at())), "/", row.case_id(), "/",
                          row.deviation_id()),
             DeviationRowKey(row.case_id(), row.deviation_id()));
  }
}

// New parties see the case's earlier deviations too.
void IndexAll(const std::string& case_id, const CaseFacts& facts, ViewBatch& view) {
  std::vector<DeviationRow> rows;
  view.Scan(DeviationRowPrefix(case_id), [&](absl::string_view, absl::string_view value) {
    SIP_CHECK(rows.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size())));
    return true;
  });
  for (const DeviationRow& row : rows) PutIndex(row, facts, view);
}

}  // namespace

void DeviationsProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value()) return;
  const std::string facts_key = FactsKey("facts", *case_id);
  std::map<std::string, DeviationRow> rows;  // By deviation id: one meeting can suggest several.
  for (const RecordedEvent& recorded : record.events) {
    if (const auto facts = PutImportedFacts(recorded, facts_key, view); facts.has_value()) IndexAll(*case_id, *facts, view);
    const auto* event = google::protobuf::DynamicCastToGenerated<DeviationEvent>(recorded.event.get());
    if (event == nullptr) continue;
    const std::string deviation_id = recorded.stream.id.ToString();
    if (rows.count(deviation_id) == 0) {
      const std::optional<DeviationRow> stored = GetRow<DeviationRow>(view, DeviationRowKey(*case_id, deviation_id));
      if (stored.has_value() && IsApplied(*stored, record)) continue;
      rows[deviation_id] = stored.value_or(DeviationRow());
    }
    DeviationRow& row = rows[deviation_id];
    row.set_case_id(*case_id);
    row.set_deviation_id(deviation_id);
    ApplyEvent(*event, record, row);
    if (!row.has_first_recorded_at()) *row.mutable_first_recorded_at() = ToProto(record.recorded_at);
    row.set_stream_version(recorded.version);
    *row.mutable_recorded_at() = ToProto(record.recorded_at);
  }
  const CaseFacts facts = GetRow<CaseFacts>(view, facts_key).value_or(CaseFacts());
  for (const auto& [deviation_id, row] : rows) {
    PutRow(view, DeviationRowKey(*case_id, deviation_id), row);
    PutIndex(row, facts, view);
  }
}

std::string DeviationRowKey(absl::string_view case_id, absl::string_view deviation_id) {
  return RowKey({"deviation", case_id, deviation_id});
}
std::string DeviationRowPrefix(absl::string_view case_id) { return RowPrefix({"deviation", case_id}); }
std::string DeviationsOfAgencyPrefix(absl::string_view agency_id) { return RowPrefix({"agency", agency_id}); }

}  // namespace sip
