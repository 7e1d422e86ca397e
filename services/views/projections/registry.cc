#include "services/views/projections/registry.h"

#include "services/views/projections/cases.h"
#include "services/views/projections/consent.h"
#include "services/views/projections/current_plan.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/deviations.h"
#include "services/views/projections/meetings.h"
#include "services/views/projections/timeline.h"

namespace sip {

std::vector<std::unique_ptr<Projection>> AllProjections(const RuleSetSource& rule_sets, absl::TimeZone zone) {
  std::vector<std::unique_ptr<Projection>> projections;
  projections.push_back(std::make_unique<CasesProjection>());
  projections.push_back(std::make_unique<ConsentProjection>());
  projections.push_back(std::make_unique<CurrentPlanProjection>());
  projections.push_back(std::make_unique<DeadlinesProjection>(rule_sets, zone));
  projections.push_back(std::make_unique<DeviationsProjection>());
  projections.push_back(std::make_unique<MeetingsProjection>());
  projections.push_back(std::make_unique<TimelineProjection>());
  return projections;
}

}  // namespace sip
