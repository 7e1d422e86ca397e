// The one list of projections.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_REGISTRY_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_REGISTRY_H_

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/projection.h"

namespace sip {

// Every projection once. `rule_sets` must outlive them and know the rule sets that records name (deadlines.h); `zone` is
// Europe/Stockholm.
std::vector<std::unique_ptr<Projection>> AllProjections(const RuleSetSource& rule_sets, absl::TimeZone zone);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_REGISTRY_H_
