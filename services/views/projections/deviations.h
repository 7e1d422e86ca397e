// The deviation view. Folded from the log sip.deviations alone.
//
//   "facts/<case>"                                        sip.common.v1.CaseFacts, as imported there
//   "deviation/<case>/<deviation>"                        sip.views.v1.DeviationRow
//   "agency/<agency>/<first recorded>/<case>/<deviation>" the key of its row: the agency may see it
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_DEVIATIONS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_DEVIATIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/deviation_rows.pb.h"

namespace sip {

class DeviationsProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "deviations"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.deviations"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

std::string DeviationRowKey(absl::string_view case_id, absl::string_view deviation_id);
std::string DeviationRowPrefix(absl::string_view case_id);
// The deviations of all cases that the agency is party to, oldest first.
std::string DeviationsOfAgencyPrefix(absl::string_view agency_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_DEVIATIONS_H_
