// The meeting view. Folded from the log sip.meetings alone.
//
//   "facts/<case>"                sip.common.v1.CaseFacts, as imported there
//   "meeting/<case>/<meeting>"    sip.views.v1.MeetingRow
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_MEETINGS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_MEETINGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/meeting_rows.pb.h"

namespace sip {

class MeetingsProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "meetings"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.meetings"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

std::string MeetingRowKey(absl::string_view case_id, absl::string_view meeting_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_MEETINGS_H_
