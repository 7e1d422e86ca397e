// Tests of projections: events in, rows out, and what must hold for every projection.
//
//   RecordedHistory history("sip.plans");
//   history.At("2018-03-01 10:00").By("region-nord").Record(plan_stream, drafted).Record(plan_stream, established);
//   EXPECT_THAT(CheckedRows(projection, {&history}), ElementsAre(Pair("…", "…")));
//
// CheckedRows gives the rows, and demands that they are byte-identical when every record is delivered twice, when the logs
// interleave in other ways, and, for random vectors of positions, when they are folded up to there by another interleaving.
#ifndef SIP_LIBS_TESTING_PROJECTION_SPEC_H_
#define SIP_LIBS_TESTING_PROJECTION_SPEC_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/decider.h"
#include "libs/eventsourcing/projection.h"
#include "libs/eventsourcing/recorded.h"
#include "libs/views/memory_view.h"

namespace sip {

// One log's records of one partition, written by hand. The clock begins at 2018-03-01 10:00 and moves by a minute per record.
class RecordedHistory {
 public:
  explicit RecordedHistory(absl::string_view log_name);

  // From now on: the clock ("2018-03-01 10:00"), the acting agency (at first "region-nord"), the case (at first NamedId("case")),
  // and when it happened in the world ("2018-03-01" or with a time; "" for not said, as at first).
  RecordedHistory& At(absl::string_view time);
  RecordedHistory& By(absl::string_view agency_id);
  RecordedHistory& InCase(const Uuid& case_id);
  RecordedHistory& OccurredAt(absl::string_view text);

  // A record with these events; none are allowed.
  RecordedHistory& Record(const std::vector<NewEvent>& events);
  // A record with one event.
  template <typename Event>
  RecordedHistory& Record(const StreamId& stream, const Event& event) {
    return Record({MakeNewEvent(stream, event)});
  }

  const std::vector<RecordedCommand>& records() const { return records_; }

 private:
  const std::string log_name_;
  absl::Time now_;
  std::string agency_ = "region-nord";
  Uuid case_id_;
  std::string occurred_at_;
  std::map<std::string, uint64_t> versions_;
  std::vector<RecordedCommand> records_;
};

// The rows that the histories give, one after the other.
MemoryView::Rows RowsOf(const Projection& projection, const std::vector<const RecordedHistory*>& histories);

// The same, checked as said above. Fails the test when something does not hold.
MemoryView::Rows CheckedRows(const Projection& projection, const std::vector<const RecordedHistory*>& histories, uint64_t seed = 1);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_PROJECTION_SPEC_H_
