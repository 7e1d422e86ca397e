// Random histories of several logs, as they may lie in a backend: take-overs, lost races, zombies, late copies, holes and imports.
// The same for the same seed. And records in memory, as source and target of copies.
#ifndef SIP_LIBS_TESTING_RANDOM_LOGS_H_
#define SIP_LIBS_TESTING_RANDOM_LOGS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libs/eventsourcing/record_source.h"

namespace sip {

// One record of a backend.
struct StoredRecordCopy {
  size_t log = 0;
  uint32_t partition = 0;
  Record record;

  friend bool operator==(const StoredRecordCopy&, const StoredRecordCopy&) = default;
};

// Not thread-safe.
class MemoryRecords : public RecordTarget {
 public:
  MemoryRecords() = default;
  MemoryRecords(std::vector<LogIdentity> logs, std::vector<StoredRecordCopy> records)
      : logs_(std::move(logs)), records_(std::move(records)) {}

  const std::vector<LogIdentity>& logs() const override { return logs_; }
  absl::Status Visit(Visitor visit) override;
  absl::Status Begin(const std::vector<LogIdentity>& logs) override;
  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override;
  absl::Status Finish() override { return absl::OkStatus(); }

  std::vector<StoredRecordCopy>& records() { return records_; }
  // Those of one partition, in order.
  std::vector<Record> PartitionOfLog(size_t log, uint32_t partition) const;

 private:
  std::vector<LogIdentity> logs_;
  std::vector<StoredRecordCopy> records_;
};

// "sip.plans" and "sip.consent" with 3 partitions, "sip.rules" with one; `steps` records behind the Genesis records and first
// claims. Valid commands have payloads with events, right versions, and cases of their partition.
MemoryRecords MakeRandomLogs(uint64_t seed, size_t steps);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_RANDOM_LOGS_H_
