// The case view. Folded from the log sip.plans alone, which imports what the case's state depends on.
//
//   "case/<case>"                         sip.views.v1.CaseRow
//   "agency/<agency>/<case>"              empty: the agency is party to the case
//   "subject/<subject>/<case>"            empty: the case is about the person
//   "unit/<agency>/<unit>/<case>"         empty: staff of the unit have taken part
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_CASES_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_CASES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/projection.h"
#include "sip/views/v1/case_rows.pb.h"

namespace sip {

class CasesProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "cases"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {"sip.plans"}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

std::string CaseRowKey(absl::string_view case_id);
// Of the indexes: every key ends with the case's id.
std::string CasesOfAgencyPrefix(absl::string_view agency_id);
std::string CasesOfSubjectPrefix(absl::string_view subject_id);
std::string CasesOfUnitPrefix(absl::string_view agency_id, absl::string_view unit_id);

// Where the case stands at `now`.
views::v1::CaseState CaseStateAt(const views::v1::CaseRow& row, absl::Time now);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_CASES_H_
