// All that happened in a case, in the order in which it was recorded. Each row is one event of one log.
//
//   "facts/<case>"                                             sip.common.v1.CaseFacts, as the log sip.plans has them
//   "event/<case>/<recorded at>/<log>/<idx>/<event index>"     sip.views.v1.TimelineRow; idx 16 and index 4 hexadecimal digits
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/case_rows.pb.h"

namespace sip {

class TimelineProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "timeline"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.plans", "sip.consent", "sip.meetings", "sip.deviations"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

// The events of the case, oldest record first.
std::string TimelinePrefix(absl::string_view case_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_H_
