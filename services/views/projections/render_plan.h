// A plan as a document in Swedish: the fields of its rule set's form, in the form's order and under its labels, then the
// follow-ups. Pure.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_RENDER_PLAN_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_RENDER_PLAN_H_

#include <string>

#include "absl/time/time.h"
#include "services/views/projections/document.h"
#include "sip/rules/v1/rule_set.pb.h"
#include "sip/views/v1/plan_rows.pb.h"
#include "sip/views/v1/plan_views.pb.h"

namespace sip {

// Shows the revision in force, or the draft of a plan that has none. `zone` is in which instants are shown as days.
Document PlanDocument(const views::v1::PlanRow& plan, const rules::v1::PlanTemplate& form, absl::TimeZone zone);

// The document in that format; plain text for UNSPECIFIED.
std::string RenderPlan(const views::v1::PlanRow& plan, const rules::v1::PlanTemplate& form, views::v1::RenderFormat format,
                       absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_RENDER_PLAN_H_
