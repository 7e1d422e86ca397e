// The consent view. Folded from the log sip.consent alone.
//
//   "facts/<case>"      sip.common.v1.CaseFacts, as imported there
//   "consent/<case>"    sip.views.v1.ConsentRow
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_CONSENT_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_CONSENT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/consent_rows.pb.h"

namespace sip {

class ConsentProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "consent"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.consent"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

std::string ConsentRowKey(absl::string_view case_id);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_CONSENT_H_
