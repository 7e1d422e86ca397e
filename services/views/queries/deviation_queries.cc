#include "services/views/queries/deviation_queries.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/deviations.h"
#include "services/views/projections/rows.h"
#include "services/views/queries/filters.h"
#include "services/views/queries/index_rows.h"
#include "services/views/queries/paging.h"

namespace sip {
namespace {

using views::v1::DeviationRow;

// As the projection's index of the agency has it, but for one case, which is small.
absl::StatusOr<IndexRows> DeviationsOfCase(const RowSource& rows, absl::string_view case_id, absl::string_view agency_id) {
  using common::v1::CaseFacts;
  IndexRows index;
  SIP_ASSIGN_OR_RETURN(const std::optional<CaseFacts> facts, FindRow<CaseFacts>(rows, FactsKey("facts", case_id)));
  if (!facts.has_value() || !IsParty(*facts, agency_id)) return index;
  absl::Status parsed;
  SIP_RETURN_IF_ERROR(rows.Scan(DeviationRowPrefix(case_id), "", [&](absl::string_view key, absl::string_view value) {
    const absl::StatusOr<DeviationRow> row = ParseRow<DeviationRow>(value);
    parsed = row.status();
    if (!row.ok()) return false;
    const std::string in_order = RowKey({KeyTime(FromProto(row->first_recorded_at())), row->case_id(), row->deviation_id()});
    index.Put(absl::StrCat(DeviationsOfAgencyPrefix(agency_id), in_order), key);
    return true;
  }));
  SIP_RETURN_IF_ERROR(parsed);
  return index;
}

// Gives `add` the agency's deviations, or those of one case, that pass, until the page is full. Returns the token of the next one.
template <typename Request>
absl::StatusOr<std::string> ReadDeviations(const RowSource& deviations, const Request& request, absl::string_view asker,
                                           const std::function<bool(const DeviationRow&)>& passes,
                                           const std::function<void(DeviationRow)>& add) {
  IndexRows index_of_case;
  if (!request.case_id().empty()) {
    SIP_ASSIGN_OR_RETURN(index_of_case, DeviationsOfCase(deviations, request.case_id(), asker));
  }
  const RowSource& index = request.case_id().empty() ? deviations : index_of_case;
  const auto take = [&](absl::string_view, absl::string_view row_key) -> absl::StatusOr<bool> {
    SIP_ASSIGN_OR_RETURN(DeviationRow row, IndexedRow<DeviationRow>(deviations, row_key));
    if (!passes(row)) return false;
    add(std::move(row));
    return true;
  };
  return ReadPage(index, request, DeviationsOfAgencyPrefix(asker), take);
}

bool IsReported(const DeviationRow& row) {
  return row.status() != views::v1::DEVIATION_STATUS_SUGGESTED && row.status() != views::v1::DEVIATION_STATUS_DISMISSED;
}

bool Passes(const DeviationRow& row, const views::v1::ListDeviationsRequest& request) {
  const bool in_state = request.statuses().empty() ? IsReported(row) : PassesFilter(request.statuses(), row.status());
  if (!in_state || request.agency_id().empty()) return in_state;
  return row.reported().reporting_agency_id() == request.agency_id() ||
         row.reported().counterpart().agency_id() == request.agency_id();
}

}  // namespace

absl::StatusOr<views::v1::GetDeviationResponse> GetDeviation(const RowSource& deviations,
                                                             const views::v1::GetDeviationRequest& request) {
  const std::string key = DeviationRowKey(request.case_id(), request.deviation_id());
  SIP_ASSIGN_OR_RETURN(std::optional<DeviationRow> row, FindRow<DeviationRow>(deviations, key));
  if (!row.has_value()) return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "deviation_id");
  views::v1::GetDeviationResponse response;
  *response.mutable_deviation() = *std::move(row);
  return response;
}

absl::StatusOr<views::v1::ListDeviationsResponse> ListDeviations(const RowSource& deviations,
                                                                 const views::v1::ListDeviationsRequest& request,
                                                                 absl::string_view asker) {
  const auto passes = [&](const DeviationRow& row) { return Passes(row, request); };
  views::v1::ListDeviationsResponse response;
  const auto add = [&](DeviationRow row) { *response.add_deviations() = std::move(row); };
  SIP_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadDeviations(deviations, request, asker, passes, add));
  return response;
}

absl::StatusOr<views::v1::ListSuggestedDeviationsResponse> ListSuggestedDeviations(
    const RowSource& deviations, const views::v1::ListSuggestedDeviationsRequest& request, absl::string_view asker) {
  const auto passes = [](const DeviationRow& row) { return row.status() == views::v1::DEVIATION_STATUS_SUGGESTED; };
  views::v1::ListSuggestedDeviationsResponse response;
  const auto add = [&](DeviationRow row) { *response.add_suggestions() = std::move(row); };
  SIP_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadDeviations(deviations, request, asker, passes, add));
  return response;
}

}  // namespace sip
