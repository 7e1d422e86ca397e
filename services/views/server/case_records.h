// The records of one case in one log: what history shows, and what an answer as of an earlier time is folded from.
#ifndef SIP_SERVICES_VIEWS_SERVER_CASE_RECORDS_H_
#define SIP_SERVICES_VIEWS_SERVER_CASE_RECORDS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/recorded.h"

namespace sip {

// A record as it was stored and as it is understood.
struct RecordOfCase {
  ValidRecord stored;
  RecordedCommand decoded;          // With its command.
  std::string imported_log_name{};  // Of the record that it brought in; empty for a client's command.
};

struct CaseRecordsQuestion {
  std::string log_name;
  Uuid case_id;
  // What was recorded until then, inclusive; absent: all that is durable now.
  std::optional<absl::Time> as_of;
  absl::Time deadline = absl::InfiniteFuture();
};

// Calls `done` once, on any thread, with the records in order. NOT_CAUGHT_UP if the log's owner cannot yet promise that nothing
// more will be recorded at or before `as_of`.
using CaseRecords =
    std::function<void(CaseRecordsQuestion question, absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done)>;

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_CASE_RECORDS_H_
