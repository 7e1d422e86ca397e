// The deadline view: DL-01, 02, 13 and 14 folded from the log sip.plans, which imports all that starts and stops them; DL-03 from
// sip.meetings. `table` is "plans" or "meetings": no row is written from two logs.
//
//   "<table>/<case>"                               sip.common.v1.CaseFacts, as that log knows them
//   "state/<case>"                                 sip.views.v1.DeadlineCaseRow: what the plans log's fold keeps between records
//   "deadline/<table>/<case>/<deadline>"           sip.views.v1.DeadlineRow
//   "due/<agency>/<due at>/<case>/<deadline>"      the key of its row: the agency is party to the case
//
// Whether a deadline is near or passed depends on the time of asking and is no part of a row: DeadlineStateAt.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINES_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/deadline_rows.pb.h"

namespace sip {

inline constexpr char kPlansTable[] = "plans";
inline constexpr char kMeetingsTable[] = "meetings";

class DeadlinesProjection final : public Projection {
 public:
  // `rule_sets` must know every rule set that a record names by its digest (sip.rules is folded before any case that pins one), and
  // outlive the projection. `zone` is Europe/Stockholm.
  DeadlinesProjection(const RuleSetSource& rule_sets, absl::TimeZone zone) : rule_sets_(rule_sets), zone_(zone) {}

  absl::string_view Name() const override { return "deadlines"; }
  int SchemaVersion() const override { return 2; }
  std::vector<std::string> Logs() const override { return {"sip.plans", "sip.meetings"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;

 private:
  const RuleSetSource& rule_sets_;
  const absl::TimeZone zone_;
};

std::string DeadlineRowKey(absl::string_view table, absl::string_view case_id, absl::string_view deadline_id);
std::string DeadlineRowPrefix(absl::string_view table, absl::string_view case_id);
std::string DeadlineStateKey(absl::string_view case_id);
// The deadlines of all cases that the agency is party to, the one due first at the top.
std::string DeadlinesOfAgencyPrefix(absl::string_view agency_id);
std::string DeadlineIndexKey(absl::string_view agency_id, const views::v1::DeadlineRow& row);

// Where the deadline stands at `now`.
views::v1::DeadlineState DeadlineStateAt(const views::v1::DeadlineRow& row, absl::Time now, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINES_H_
