// Something for each partition of several logs, found by log id and partition (internal to log_copy).
#ifndef SIP_LIBS_LOG_COPY_PARTITION_TABLE_H_
#define SIP_LIBS_LOG_COPY_PARTITION_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/eventsourcing/event_log.h"

namespace sip {

// Numbers the partitions of `logs` in their order from 0.
class PartitionTable {
 public:
  explicit PartitionTable(const std::vector<LogIdentity>& logs) {
    for (const LogIdentity& log : logs) {
      first_.emplace(log.log_id, std::make_pair(size_, log.partition_count));
      size_ += log.partition_count;
    }
  }

  size_t size() const { return size_; }
  std::optional<size_t> Find(const std::string& log_id, uint32_t partition) const {
    const auto found = first_.find(log_id);
    if (found == first_.end() || partition >= found->second.second) return std::nullopt;
    return found->second.first + partition;
  }
  // The partition of the log that belongs to partition `of` of another: the same, or the only one of a log that all share.
  std::optional<size_t> FindBeside(const std::string& log_id, uint32_t of) const {
    const auto found = first_.find(log_id);
    if (found == first_.end()) return std::nullopt;
    return Find(log_id, found->second.second == 1 ? 0 : of);
  }

 private:
  std::map<std::string, std::pair<size_t, uint32_t>> first_;  // By log id: number of partition 0, number of partitions.
  size_t size_ = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_COPY_PARTITION_TABLE_H_
