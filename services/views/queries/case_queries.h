// Answers about cases, from the rows of the views "cases" and "timeline". Pure; `read_at` is added by whoever read the rows.
#ifndef SIP_SERVICES_VIEWS_QUERIES_CASE_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_CASE_QUERIES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/case_rows.pb.h"
#include "sip/views/v1/case_views.pb.h"

namespace sip {

// The case and where it stands at `now`. Who may see it has been decided.
views::v1::GetCaseResponse CaseAnswer(const views::v1::CaseRow& row, absl::Time now);

// Only cases that `asker` is party to. A filter by unit without agency means a unit of `asker`.
absl::StatusOr<views::v1::ListCasesResponse> ListCases(const RowSource& cases, const views::v1::ListCasesRequest& request,
                                                       absl::string_view asker, absl::Time now);

// What was recorded until the request's `as_of`. `name_of` gives an agency's name, or an empty text. Who may see the case has been
// decided.
absl::StatusOr<views::v1::GetTimelineResponse> GetTimeline(const RowSource& timeline, const views::v1::GetTimelineRequest& request,
                                                           const std::function<std::string(absl::string_view agency_id)>& name_of);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_CASE_QUERIES_H_
