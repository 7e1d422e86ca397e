// Answers about deadlines, from the rows of the view "deadlines". Pure; `read_at` is added by whoever read the rows.
#ifndef SIP_SERVICES_VIEWS_QUERIES_DEADLINE_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_DEADLINE_QUERIES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/deadline_views.pb.h"

namespace sip {

// Only of cases that `asker` is party to. A filter by unit without agency means a unit of `asker`. `zone` is in which a civil day
// ends.
absl::StatusOr<views::v1::ListDeadlinesResponse> ListDeadlines(const RowSource& deadlines,
                                                               const views::v1::ListDeadlinesRequest& request,
                                                               absl::string_view asker, absl::Time now, absl::TimeZone zone);

// Who may see the case has been decided. NOT_FOUND_OR_NOT_DISCLOSED if there is no such deadline.
absl::StatusOr<views::v1::GetDeadlineResponse> GetDeadline(const RowSource& deadlines, const views::v1::GetDeadlineRequest& request,
                                                           absl::Time now, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_DEADLINE_QUERIES_H_
