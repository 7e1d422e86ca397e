#include "libs/testing/projection_spec.h"

#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/scenario_text.h"

namespace sip {
namespace {

constexpr int kInterleavings = 20;

absl::Time TimeOf(absl::string_view text) {
  const absl::StatusOr<absl::Time> time = ParseScenarioTime(text);
  SIP_CHECK(time.ok());
  return *time;
}

// Applies the records of each history up to its cut, in an order that `random` chooses and that keeps each history's own.
MemoryView::Rows Interleaved(const Projection& projection, const std::vector<const RecordedHistory*>& histories,
                             const std::vector<size_t>& cuts, std::mt19937_64& random) {
  MemoryView view;
  std::vector<size_t> next(histories.size(), 0);
  std::vector<size_t> open;
  while (true) {
    open.clear();
    for (size_t i = 0; i < histories.size(); ++i) {
      if (next[i] < cuts[i]) open.push_back(i);
    }
    if (open.empty()) return view.rows();
    const size_t chosen = open[random() % open.size()];
    projection.Apply(histories[chosen]->records()[next[chosen]++], view);
  }
}

std::vector<size_t> WholeLengths(const std::vector<const RecordedHistory*>& histories) {
  std::vector<size_t> lengths;
  lengths.reserve(histories.size());
  for (const RecordedHistory* history : histories) lengths.push_back(history->records().size());
  return lengths;
}

// What differs, for a failure's message.
std::string Difference(const MemoryView::Rows& expected, const MemoryView::Rows& actual) {
  for (const auto& [key, value] : expected) {
    const auto other = actual.find(key);
    if (other == actual.end()) return absl::StrCat("row ", absl::CHexEscape(key), " is missing");
    if (other->second != value) return absl::StrCat("row ", absl::CHexEscape(key), " differs");
  }
  for (const auto& [key, value] : actual) {
    if (!expected.contains(key)) return absl::StrCat("row ", absl::CHexEscape(key), " is there besides");
  }
  return "";
}

}  // namespace

RecordedHistory::RecordedHistory(absl::string_view log_name)
    : log_name_(log_name), now_(TimeOf("2018-03-01 10:00")), case_id_(NamedId("case")) {}

RecordedHistory& RecordedHistory::At(absl::string_view time) {
  now_ = TimeOf(time);
  return *this;
}

RecordedHistory& RecordedHistory::By(absl::string_view agency_id) {
  agency_ = std::string(agency_id);
  return *this;
}

RecordedHistory& RecordedHistory::InCase(const Uuid& case_id) {
  case_id_ = case_id;
  return *this;
}

RecordedHistory& RecordedHistory::OccurredAt(absl::string_view text) {
  occurred_at_ = std::string(text);
  return *this;
}

RecordedHistory& RecordedHistory::Record(const std::vector<NewEvent>& events) {
  RecordedCommand record;
  record.log_name = log_name_;
  record.idx = records_.size();
  record.leaf = Sha256(absl::StrCat(log_name_, "/", record.idx));
  record.recorded_at = now_;
  log::v1::CommandHeader header;
  header.set_log_id(Sha256(log_name_).substr(0, 16));
  header.set_idx(record.idx);
  header.set_case_id(case_id_.ToBytes());
  header.set_command_id(NamedId(absl::StrCat(log_name_, "/", record.idx)).ToBytes());
  header.set_acting_agency(agency_);
  *header.mutable_recorded_at() = ToProto(now_);
  if (!occurred_at_.empty()) {
    const absl::StatusOr<common::v1::Occurred> occurred = ParseScenarioOccurred(occurred_at_);
    SIP_CHECK(occurred.ok());
    *header.mutable_occurred_at() = *occurred;
  }
  std::map<std::string, uint64_t> written;
  for (const NewEvent& event : events) {
    const std::string stream = event.stream.ToString();
    if (!written.contains(stream)) written[stream] = ++versions_[stream];
    record.events.push_back(RecordedEvent{event.stream, written[stream], event.event});
  }
  for (const auto& [stream, version] : written) {
    log::v1::StreamWrite& write = *header.add_writes();
    write.set_stream(stream);
    write.set_version(version);
  }
  record.header = std::make_shared<const log::v1::CommandHeader>(std::move(header));
  records_.push_back(std::move(record));
  now_ += absl::Minutes(1);
  return *this;
}

MemoryView::Rows RowsOf(const Projection& projection, const std::vector<const RecordedHistory*>& histories) {
  MemoryView view;
  for (const RecordedHistory* history : histories) {
    for (const RecordedCommand& record : history->records()) projection.Apply(record, view);
  }
  return view.rows();
}

MemoryView::Rows CheckedRows(const Projection& projection, const std::vector<const RecordedHistory*>& histories, uint64_t seed) {
  MemoryView::Rows rows = RowsOf(projection, histories);

  MemoryView twice;
  for (const RecordedHistory* history : histories) {
    for (const RecordedCommand& record : history->records()) {
      projection.Apply(record, twice);
      projection.Apply(record, twice);
    }
  }
  EXPECT_EQ(Difference(rows, twice.rows()), "") << projection.Name() << ": a record that is delivered twice changes rows";

  std::mt19937_64 random(seed);
  for (int i = 0; i < kInterleavings; ++i) {
    const MemoryView::Rows interleaved = Interleaved(projection, histories, WholeLengths(histories), random);
    EXPECT_EQ(Difference(rows, interleaved), "") << projection.Name() << ": rows depend on how logs interleave";

    std::vector<size_t> cuts = WholeLengths(histories);
    for (size_t& cut : cuts) cut = random() % (cut + 1);
    const MemoryView::Rows live = Interleaved(projection, histories, cuts, random);
    const MemoryView::Rows as_of = Interleaved(projection, histories, cuts, random);
    EXPECT_EQ(Difference(as_of, live), "") << projection.Name() << ": rows at a vector of positions depend on the way there";
  }
  return rows;
}

}  // namespace sip
