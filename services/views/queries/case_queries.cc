#include "services/views/queries/case_queries.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/cases.h"
#include "services/views/projections/rows.h"
#include "services/views/projections/timeline.h"
#include "services/views/projections/timeline_words.h"
#include "services/views/queries/filters.h"
#include "services/views/queries/paging.h"

namespace sip {
namespace {

using common::v1::AgencyUnit;
using views::v1::CaseRow;
using views::v1::GetTimelineRequest;
using views::v1::ListCasesRequest;
using views::v1::TimelineRow;

// Whose unit a filter by unit means.
absl::string_view UnitAgency(const ListCasesRequest& request, absl::string_view asker) {
  return request.agency_id().empty() ? asker : absl::string_view(request.agency_id());
}

// The index that holds the fewest cases which the filters cannot leave out. Keys of each end with the case's id.
std::string NarrowestIndex(const ListCasesRequest& request, absl::string_view asker) {
  if (!request.subject_id().empty()) return CasesOfSubjectPrefix(request.subject_id());
  if (!request.unit_id().empty()) return CasesOfUnitPrefix(UnitAgency(request, asker), request.unit_id());
  return CasesOfAgencyPrefix(asker);
}

bool TookPart(const CaseRow& row, absl::string_view agency_id, absl::string_view unit_id) {
  return std::any_of(row.units().begin(), row.units().end(),
                     [&](const AgencyUnit& unit) { return unit.agency_id() == agency_id && unit.unit_id() == unit_id; });
}

bool Passes(const CaseRow& row, views::v1::CaseState state, const ListCasesRequest& request, absl::string_view asker) {
  if (!IsParty(row.facts(), asker)) return false;
  if (!request.agency_id().empty() && !IsParty(row.facts(), request.agency_id())) return false;
  if (!request.unit_id().empty() && !TookPart(row, UnitAgency(request, asker), request.unit_id())) return false;
  return PassesFilter(request.states(), state);
}

}  // namespace

views::v1::GetCaseResponse CaseAnswer(const CaseRow& row, absl::Time now) {
  views::v1::GetCaseResponse response;
  *response.mutable_case_row() = row;
  response.set_state(CaseStateAt(row, now));
  return response;
}

absl::StatusOr<views::v1::ListCasesResponse> ListCases(const RowSource& cases, const ListCasesRequest& request,
                                                       absl::string_view asker, absl::Time now) {
  const std::string prefix = NarrowestIndex(request, asker);
  views::v1::ListCasesResponse response;
  const auto take = [&](absl::string_view key, absl::string_view) -> absl::StatusOr<bool> {
    SIP_ASSIGN_OR_RETURN(CaseRow row, IndexedRow<CaseRow>(cases, CaseRowKey(key.substr(prefix.size()))));
    const views::v1::CaseState state = CaseStateAt(row, now);
    if (!Passes(row, state, request, asker)) return false;
    views::v1::ListedCase& listed = *response.add_cases();
    *listed.mutable_case_row() = std::move(row);
    listed.set_state(state);
    return true;
  };
  SIP_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(cases, request, prefix, take));
  return response;
}

absl::StatusOr<views::v1::GetTimelineResponse> GetTimeline(const RowSource& timeline, const GetTimelineRequest& request,
                                                           const std::function<std::string(absl::string_view agency_id)>& name_of) {
  views::v1::GetTimelineResponse response;
  const auto take = [&](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
    SIP_ASSIGN_OR_RETURN(TimelineRow row, ParseRow<TimelineRow>(value));
    if (request.has_as_of() && FromProto(row.recorded_at()) > FromProto(request.as_of())) return false;
    row.set_text_sv(WithAgencyNames(row.text_sv(), name_of));
    row.set_text_en(WithAgencyNames(row.text_en(), name_of));
    *response.add_entries() = std::move(row);
    return true;
  };
  SIP_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(timeline, request, TimelinePrefix(request.case_id()), take));
  return response;
}

}  // namespace sip
