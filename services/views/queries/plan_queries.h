// Plans put together from the rows of the view current_plan (services/views/projections/current_plan.h).
#ifndef SIP_SERVICES_VIEWS_QUERIES_PLAN_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_PLAN_QUERIES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/plan_rows.pb.h"

namespace sip {

// The plan, whole; absent if there is none.
absl::StatusOr<std::optional<views::v1::PlanRow>> FindPlan(const RowSource& rows, absl::string_view case_id,
                                                           absl::string_view plan_id);

// The plan as it was in that revision (0: as it stands). A NOT_FOUND_OR_NOT_DISCLOSED rejection names `plan_id` or `plan_revision`.
absl::StatusOr<views::v1::PlanRow> FindPlanRevision(const RowSource& rows, absl::string_view case_id, absl::string_view plan_id,
                                                    uint32_t revision);

// The plan of the case that matters now, as the bytes of a sip.views.v1.PlanRow; absent if the case has none. The bytes are put
// together from those stored: a submessage may come in parts, which every protobuf parser joins.
absl::StatusOr<std::optional<std::string>> FindCurrentPlanBytes(const RowSource& rows, absl::string_view case_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_PLAN_QUERIES_H_
