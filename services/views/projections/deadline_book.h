// The deadlines of one case from one log while a record is applied: rows, and the index by agency and time kept true to them.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_BOOK_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_BOOK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/projection.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/views/v1/deadline_rows.pb.h"

namespace sip {

class DeadlineBook {
 public:
  // `table` is that of the log, so that every row is written from one log alone. `view` and `record` must outlive the book.
  DeadlineBook(absl::string_view table, std::string case_id, const RecordedCommand& record, ViewBatch& view);

  const std::string& case_id() const { return case_id_; }
  const RecordedCommand& record() const { return record_; }
  ViewBatch& view() { return view_; }

  std::optional<views::v1::DeadlineRow> Find(absl::string_view deadline_id);
  // All of the case from this log, by id.
  std::vector<views::v1::DeadlineRow> All();
  // Stores the row under its deadline_id; fills in case and time of recording.
  void Put(views::v1::DeadlineRow row);

  // Marks it as met, unless it is already, lapsed, or not there. `event` is the full name of what met it.
  void Meet(absl::string_view deadline_id, absl::string_view event, const common::v1::Occurred& at);
  // Marks it as lapsed, unless it is met, lapsed already, or not there.
  void Lapse(absl::string_view deadline_id, views::v1::DeadlineLapse lapse);
  // Lets it run again if it lapsed for that reason.
  void Resume(absl::string_view deadline_id, views::v1::DeadlineLapse lapse);

  // The parties of the case: known from before, and changed.
  void SetParties(const common::v1::CaseFacts& facts);

 private:
  void Index(const views::v1::DeadlineRow& row);
  void Unindex(const views::v1::DeadlineRow& row);

  const std::string table_;
  const std::string case_id_;
  const RecordedCommand& record_;
  ViewBatch& view_;
};

// Nobody has met it and it has not lapsed.
bool IsRunning(const views::v1::DeadlineRow& row);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_BOOK_H_
