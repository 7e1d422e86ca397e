// The records of a case in several logs: for answers as of an earlier time from views that fold more than one.
#ifndef SIP_SERVICES_VIEWS_SERVER_GATHER_RECORDS_H_
#define SIP_SERVICES_VIEWS_SERVER_GATHER_RECORDS_H_

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "services/views/server/case_records.h"

namespace sip {

// The records of each log in its order, one log after the other. Asks `records` for one log at a time (`question.log_name` is
// filled in) and calls `done` once, with the first error if there is one.
void GatherRecords(CaseRecords records, CaseRecordsQuestion question, std::vector<std::string> log_names,
                   absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_GATHER_RECORDS_H_
