// Everything of sipd that answers questions: the views, and the services that read them.
#ifndef SIP_SERVICES_SIPD_READ_SIDE_H_
#define SIP_SERVICES_SIPD_READ_SIDE_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/metrics.h"
#include "services/sipd/write_side.h"
#include "services/views/server/case_memos.h"
#include "services/views/server/case_records.h"
#include "services/views/server/view_set.h"

namespace sip {

// Not thread-safe but for what it hands out.
class ReadSide {
 public:
  // Opens the views in the data folder, rebuilding those that are missing or of an older version, and begins to follow the logs.
  // `write_side` must outlive it.
  static absl::StatusOr<std::unique_ptr<ReadSide>> Open(const Config& config, Clock& clock, WriteSide& write_side);

  // `this` must outlive the server.
  void AddServices(RpcServer& server) const;
  absl::Status Health() const { return views_->Health(); }
  void UpdateMetrics(Metrics& metrics) const;
  // Before the write side is shut down.
  void Stop() { views_->Stop(); }

 private:
  ReadSide(const Config& config, WriteSide& write_side) : write_side_(write_side), memos_(config.views_memo_bytes) {}

  WriteSide& write_side_;
  CaseMemos memos_;
  std::unique_ptr<ViewSet> views_;
};

// The records of cases, from the stream stores and owners of this process.
CaseRecords CaseRecordsOf(WriteSide& write_side);

}  // namespace sip

#endif  // SIP_SERVICES_SIPD_READ_SIDE_H_
