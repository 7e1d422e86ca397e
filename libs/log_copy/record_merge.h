// Brings the records of many partitions, each of which can be read by itself, into the order that a RecordSource promises: by time,
// and no import before the record that it brings. For backends that have no order between partitions.
#ifndef SIP_LIBS_LOG_COPY_RECORD_MERGE_H_
#define SIP_LIBS_LOG_COPY_RECORD_MERGE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/record_source.h"

namespace sip {

// Visits all of them: `streams` are those of all partitions of `logs`, in their order. What a stream ends with that is not OK is
// the last that is visited of its partition. An import whose foreign record is in none of the streams does not wait for it.
absl::Status VisitMerged(const std::vector<LogIdentity>& logs, const std::vector<std::unique_ptr<RecordStream>>& streams,
                         RecordSource::Visitor visit);

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_RECORD_MERGE_H_
