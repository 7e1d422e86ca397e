// The views as a part of a process: the rows, the services that read them, and history.
#ifndef SIP_SERVICES_VIEWS_VIEWS_PART_H_
#define SIP_SERVICES_VIEWS_VIEWS_PART_H_

#include "libs/node/service_part.h"
#include "services/views/server/case_records.h"

namespace sip {

// Opens the views in the data folder, rebuilding those that are missing or of an older version, and follows the logs.
ServicePart ViewsPart();

// The records of cases, from whoever owns their partitions. `node` outlives what is returned, and all its answers.
CaseRecords CaseRecordsOf(Node& node);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_VIEWS_PART_H_
