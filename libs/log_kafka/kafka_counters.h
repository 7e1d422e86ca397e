// What a log on Kafka counts of each partition (internal to log_kafka). Cheap enough for each append: nothing is locked.
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_COUNTERS_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/log_kafka/kafka_statistics.h"

namespace sip {

// Thread-safe.
class VoidCounters {
 public:
  // Counts what is void; other verdicts change nothing.
  void Note(Verdict verdict);
  KafkaVoids Read() const;

 private:
  std::atomic<uint64_t> copies_{0};
  std::atomic<uint64_t> lost_races_{0};
  std::atomic<uint64_t> stale_{0};
  std::atomic<uint64_t> holes_{0};
};

// Thread-safe.
class LatencyCounters {
 public:
  void Note(absl::Duration latency);
  KafkaLatency Read() const;

 private:
  std::array<std::atomic<uint64_t>, kKafkaLatencyBuckets> buckets_{};
  std::atomic<int64_t> nanoseconds_{0};
};

// Thread-safe. Aligned, so that partitions do not wait for each other's cache lines.
struct alignas(64) KafkaPartitionCounters {
  std::atomic<uint64_t> claims{0};
  std::atomic<uint64_t> claims_lost{0};
  std::atomic<uint64_t> fenced{0};
  std::atomic<uint64_t> doubts{0};
  std::atomic<uint64_t> gaps{0};
  LatencyCounters appends;
  VoidCounters voids_met_by_owner;
  VoidCounters voids_met_by_readers;

  KafkaPartitionStatistics Read(uint32_t partition) const;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_COUNTERS_H_
