// The plan view: every plan as it stands, and the revisions that were in force before. Folded from the log sip.plans alone.
//
//   "plan/<case>/<plan>"                    sip.views.v1.PlanRow
//   "revision/<case>/<plan>/<revision>"     sip.views.v1.PlanRevisionRow of a revision that was replaced; the one in force stands
//   in
//                                           its PlanRow. The number is 8 hexadecimal digits, so that keys sort by it.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/plan_rows.pb.h"

namespace sip {

class CurrentPlanProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "current_plan"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.plans"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

// Keys; ids in canonical text.
std::string PlanRowKey(absl::string_view case_id, absl::string_view plan_id);
// Of all plans of the case.
std::string PlanRowPrefix(absl::string_view case_id);
std::string PlanRevisionRowKey(absl::string_view case_id, absl::string_view plan_id, uint32_t plan_revision);
// Of all replaced revisions of the plan, oldest first.
std::string PlanRevisionRowPrefix(absl::string_view case_id, absl::string_view plan_id);

// The one that matters now: in force before draft before closed, and of several the one that changed last. Null for none.
const views::v1::PlanRow* ChooseCurrentPlan(const std::vector<views::v1::PlanRow>& plans);

// The plan as if `revision` were the one in force, for showing an older one: without the draft.
views::v1::PlanRow WithRevision(views::v1::PlanRow plan, views::v1::PlanRevisionRow revision);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_
