// Folds a projection over its logs from their beginning: how a view is rebuilt, and how a question about an earlier time is
// answered.
#ifndef SIP_LIBS_VIEWS_FOLD_LOGS_H_
#define SIP_LIBS_VIEWS_FOLD_LOGS_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/codec/codec.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/projection.h"
#include "libs/rocks/database.h"
#include "libs/views/view_progress.h"
#include "libs/views/view_store.h"

namespace sip {

struct FoldInput {
  const Projection& projection;
  std::vector<EventLog*> logs;  // Those that the projection names.
  const Codec& codec;
};

// Which records count; null: all. A record that does not count ends its partition: records are only left out from some point on.
using RecordFilter = std::function<bool(const EventLog& log, const ValidRecord& record)>;

// Applies the records that are durable now. Returns where each partition stands; not meaningful with a filter.
absl::StatusOr<std::vector<ViewCheckpoint>> FoldLogs(const FoldInput& input, const RecordFilter& filter, ViewBatch& view);

// What was recorded until `time`, inclusive.
RecordFilter RecordedUntil(absl::Time time);
// What a view at these positions holds.
RecordFilter UpTo(const std::vector<ViewPosition>& positions);

// Folds everything in memory and fills a fresh, empty folder with it.
absl::Status RebuildView(const FoldInput& input, const RocksDatabase::Options& fresh);

// The key of the first row that is not the same in both; absent if there is none.
absl::StatusOr<std::optional<std::string>> FirstDifference(const ViewReader& a, const ViewReader& b);

}  // namespace sip

#endif  // SIP_LIBS_VIEWS_FOLD_LOGS_H_
