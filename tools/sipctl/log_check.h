// Checks every record of a log folder by itself and against the others, as an auditor would: nothing of the server's own notes is
// believed.
//
//   chain      every partition folds by docs/log-format.md: Genesis, claims, dense places, each command naming the leaf before it
//   digests    every payload has the digest that its header states, and can be decoded
//   versions   a record raises the version of each stream by one if it has an event of it, and leaves it otherwise
//   partitions every case lies in the partition that its id says
//   imports    every imported record is there before the import, with the leaf that the import names
#ifndef SIP_TOOLS_SIPCTL_LOG_CHECK_H_
#define SIP_TOOLS_SIPCTL_LOG_CHECK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/recorded.h"
#include "libs/log_rocks/rocks_log_store.h"

namespace sip {

// What was found. `problems` keeps the first 100; all are counted.
struct LogCheckReport {
  struct Log {
    uint32_t partitions = 0;
    uint64_t records = 0;
    uint64_t commands = 0;
    uint64_t events = 0;
    uint64_t void_records = 0;
  };
  std::map<std::string, Log> logs;
  uint64_t problem_count = 0;
  std::vector<std::string> problems;
};

// Fed with records in the order in which they lie in the folder. Not thread-safe.
class LogChecker {
 public:
  LogChecker();
  ~LogChecker();
  LogChecker(const LogChecker&) = delete;
  LogChecker& operator=(const LogChecker&) = delete;

  void Check(const RocksLogStore::StoredRecord& stored);
  const LogCheckReport& report() const { return report_; }

 private:
  // What is kept of one partition of one log.
  struct Partition;
  Partition& Find(const RocksLogStore::StoredRecord& stored);
  void CheckCommand(const RocksLogStore::StoredRecord& stored, Partition& partition, const ValidRecord& record);
  void CheckVersions(const RecordedCommand& command, const std::string& where, Partition& partition);
  void CheckPlace(const ValidRecord& record, const std::string& where, const Partition& partition);
  void CheckImport(const ValidRecord& record, const std::string& where);
  void Report(absl::string_view where, absl::string_view what);

  std::map<std::pair<std::string, uint32_t>, std::unique_ptr<Partition>> partitions_;
  LogCheckReport report_;
};

// Checks all that lies in the store. Not OK if it cannot be read at all.
absl::StatusOr<LogCheckReport> CheckLog(const RocksLogStore& store);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_LOG_CHECK_H_
