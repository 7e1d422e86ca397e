// The plan view: every plan as it stands, and the revisions that were in force before. Folded from the log sip.plans alone.
//
//   "plan/<case>/<plan>"                      sip.views.v1.PlanRow without the contents of the revision in force and of the draft,
//                                             so that what happens often rewrites little
//   "plan/<case>/<plan>/content"              sip.plans.v1.PlanContent of the revision in force
//   "plan/<case>/<plan>/element/<place>"      sip.plans.v1.PlanElement of the draft; a place is the stream's version and a number,
//                                             in hexadecimal digits, from when the element was first put: the draft's order
//   "element-place/<case>/<plan>/<element>"   that place
//   "revision/<case>/<plan>/<revision>"       sip.views.v1.PlanRevisionRow of a revision that was replaced, whole. The number is 8
//                                             hexadecimal digits, so that keys sort by it.
//
// services/views/queries/plan_queries.h puts a plan together again.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/plan_rows.pb.h"

namespace sip {

class CurrentPlanProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "current_plan"; }
  int SchemaVersion() const override { return 2; }
  std::vector<std::string> Logs() const override { return {"sip.plans"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

// Keys; ids in canonical text.
std::string PlanRowKey(absl::string_view case_id, absl::string_view plan_id);
// Of all plans of the case, with their contents.
std::string PlanRowPrefix(absl::string_view case_id);
std::string PlanRevisionRowKey(absl::string_view case_id, absl::string_view plan_id, uint32_t plan_revision);
// Of all replaced revisions of the plan, oldest first.
std::string PlanRevisionRowPrefix(absl::string_view case_id, absl::string_view plan_id);

// Of the revision in force.
std::string PlanContentKey(absl::string_view case_id, absl::string_view plan_id);
// Of the elements of the draft, in its order.
std::string DraftElementPrefix(absl::string_view case_id, absl::string_view plan_id);
// What a key that begins with PlanRowPrefix stands for. The view points into the key.
struct PlanKey {
  enum class Part { kRow, kContent, kElement };
  absl::string_view plan_id;
  Part part = Part::kRow;
};
PlanKey ParsePlanKey(absl::string_view case_id, absl::string_view key);

// Where a draft's element has its place; with an empty element, the prefix of all.
std::string DraftPlaceKey(absl::string_view case_id, absl::string_view plan_id, absl::string_view element_id);

// Which one matters now: in force before draft before closed, and of several the one that changed last. Absent for none.
std::optional<size_t> ChooseCurrentPlan(absl::Span<const views::v1::PlanRow* const> plans);

// The plan as if `revision` were the one in force, for showing an older one: without the draft.
views::v1::PlanRow WithRevision(views::v1::PlanRow plan, views::v1::PlanRevisionRow revision);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_CURRENT_PLAN_H_
