// Who takes the initiative to a plan (INI-03, INI-04, INI-05).
#ifndef SIP_SERVICES_PLANS_DOMAIN_CASE_INITIATIVE_H_
#define SIP_SERVICES_PLANS_DOMAIN_CASE_INITIATIVE_H_

#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/cases/v1/case_values.pb.h"

namespace sip {

// Adds INITIATIVE_PERSON_MISMATCH unless the person fits the source, and FIELD_REQUIRED for what INI-04 asks to be recorded.
void CheckInitiative(const cases::v1::Initiative& initiative, const AgencyDirectory& agencies, Violations& violations);

// The source is somebody who asks for a plan, so that there is a request that can be refused (INI-05, INI-06).
bool IsRequest(cases::v1::InitiativeSource source);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_CASE_INITIATIVE_H_
