// One life of a process that writes an embedded log: opens it, holds what it finds to what earlier lives were told, takes over,
// appends, and ends. For tests of what happens when the disk, the power or the process fails.
#ifndef SIP_TESTS_FAULT_LOG_LIFE_H_
#define SIP_TESTS_FAULT_LOG_LIFE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/log_rocks/rocks_log_store.h"

namespace sip {

using PartitionOfLog = std::pair<std::string, uint32_t>;
// The payloads of each partition's commands, in order.
using LogHistory = std::map<PartitionOfLog, std::vector<std::string>>;

// Logs and limits of these tests, in `folder`; the anchor lies beside it and is renewed with every third commit.
RocksLogOptions FaultTestOptions(const std::string& folder);
std::vector<PartitionOfLog> PartitionsOf(const RocksLogOptions& options);

// Each payload says where it belongs; this is how it begins.
std::string PlaceOf(const PartitionOfLog& partition, size_t idx);

// Everything that the log delivers, read as a consumer reads it.
absl::StatusOr<LogHistory> ReadHistory(const RocksLogOptions& options, RocksLogStore& store);

// What no log ever says.
inline constexpr absl::StatusCode kPromiseBroken = absl::StatusCode::kOutOfRange;

// kPromiseBroken unless `found` begins with all that was promised, in order, and what comes behind it is in its place.
absl::Status CheckPromises(const LogHistory& promised, const LogHistory& found);

struct LogLifeOptions {
  RocksLogOptions log{};
  size_t rounds = 5;  // Of a few appends each.
  bool closes = true;
  // After each append that was reported durable; on a thread of the log.
  std::function<void(const PartitionOfLog& partition, const std::string& payload)> on_durable{};
};

// Lives with those random numbers. kPromiseBroken if a promise was not kept; else the first thing that failed, at which this life
// ended. What is promised grows by what the log delivered when it was opened, and by what it reported as durable.
absl::Status LiveLog(const LogLifeOptions& options, std::mt19937_64& random, LogHistory& promised);

}  // namespace sip

#endif  // SIP_TESTS_FAULT_LOG_LIFE_H_
