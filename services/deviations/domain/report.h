// ReportDeviation: DEV-01, DEV-02, DEV-03, DEV-07. Pure.
#ifndef SIP_SERVICES_DEVIATIONS_DOMAIN_REPORT_H_
#define SIP_SERVICES_DEVIATIONS_DOMAIN_REPORT_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/deviations/domain/deviations_state.h"
#include "sip/deviations/v1/deviation_service.pb.h"

namespace sip::deviations {

// The id that the caller chose, or the one that the request brings into being; nil if what the caller chose is none.
Uuid DeviationIdOf(const v1::ReportDeviationRequest& request, const DecisionContext& context);

// The acting agency is party to the case: checked before.
Decision<v1::DeviationEvent> DecideReport(const DeviationsState& state, const v1::ReportDeviationRequest& request,
                                          const DecisionContext& context);

}  // namespace sip::deviations

#endif  // SIP_SERVICES_DEVIATIONS_DOMAIN_REPORT_H_
