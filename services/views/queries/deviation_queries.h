// Answers about deviations, from the rows of the view "deviations". Pure; `read_at` is added by whoever read the rows.
#ifndef SIP_SERVICES_VIEWS_QUERIES_DEVIATION_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_DEVIATION_QUERIES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/deviation_views.pb.h"

namespace sip {

// Who may see the case has been decided. NOT_FOUND_OR_NOT_DISCLOSED if there is no such deviation.
absl::StatusOr<views::v1::GetDeviationResponse> GetDeviation(const RowSource& deviations,
                                                             const views::v1::GetDeviationRequest& request);

// Only of cases that `asker` is party to.
absl::StatusOr<views::v1::ListDeviationsResponse> ListDeviations(const RowSource& deviations,
                                                                 const views::v1::ListDeviationsRequest& request,
                                                                 absl::string_view asker);
absl::StatusOr<views::v1::ListSuggestedDeviationsResponse> ListSuggestedDeviations(
    const RowSource& deviations, const views::v1::ListSuggestedDeviationsRequest& request, absl::string_view asker);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_DEVIATION_QUERIES_H_
