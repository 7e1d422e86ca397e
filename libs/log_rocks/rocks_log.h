// One log of the folder as an EventLog, with its sessions and tails (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_ROCKS_LOG_H_
#define SIP_LIBS_LOG_ROCKS_ROCKS_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_rocks/committer.h"
#include "libs/log_rocks/fold_table.h"
#include "libs/log_rocks/live_window.h"
#include "libs/log_rocks/partition_set.h"

namespace sip {

// The parts of an open folder.
struct OpenFolder {
  RocksDatabase* database = nullptr;
  FoldTable* table = nullptr;
  LiveWindow* window = nullptr;
  Committer* committer = nullptr;  // Null if the folder is open for reading only.

  ChunkSource source() const { return {database, window}; }
};

// One partition to take over.
struct ClaimTask {
  uint16_t log = 0;
  uint32_t partition = 0;
  ReaderCheckpoint from;
  std::function<absl::Status(ValidRecordPtr)> deliver;
};

// Takes all of them over with one scan and one chunk: sessions in the order of the tasks, or none.
absl::StatusOr<std::vector<std::unique_ptr<LogSession>>> ClaimPartitions(const OpenFolder& folder, std::vector<ClaimTask> tasks,
                                                                         const ClaimantInfo& claimant);

std::unique_ptr<EventLog> NewRocksLog(const OpenFolder& folder, uint16_t log);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_ROCKS_LOG_H_
