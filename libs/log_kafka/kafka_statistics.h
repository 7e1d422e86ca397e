// What the logs on Kafka have counted since they were opened, for metrics.
//
//   for (const KafkaLogStatistics& log : store->statistics()) {
//     for (const KafkaPartitionStatistics& partition : log.partitions) Show(log.log, partition);
//   }
//
// Plain values. Each is exact, but what is read while a partition works need not be of one moment.
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_STATISTICS_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace sip {

// Records that are void, by cause (docs/log-format.md). Each counts every time that it is met: by each reader, and again when
// reading begins anew before it.
struct KafkaVoids {
  uint64_t copies = 0;      // Late copies of something already folded.
  uint64_t lost_races = 0;  // Claims that lost against another one.
  uint64_t stale = 0;       // Commands of a claim that no longer held.
  uint64_t holes = 0;       // Commands behind a gap, which ended their claim.

  friend bool operator==(const KafkaVoids&, const KafkaVoids&) = default;
};

// One for each of LatencyBounds() (libs/telemetry/metrics.h), and one without an upper bound.
inline constexpr size_t kKafkaLatencyBuckets = 17;

// How long appends took, from the client to the report that they are durable.
struct KafkaLatency {
  // How many took at most the bound of that place, and more than the one before it.
  std::array<uint64_t, kKafkaLatencyBuckets> buckets{};
  absl::Duration sum;

  uint64_t count() const { return std::accumulate(buckets.begin(), buckets.end(), uint64_t{0}); }
};

struct KafkaPartitionStatistics {
  uint32_t partition = 0;
  uint64_t claims = 0;       // That won.
  uint64_t claims_lost = 0;  // Races lost to other nodes.
  uint64_t appended = 0;     // Durable; as many as append_latency has.
  uint64_t fenced = 0;       // Sessions that another node's claim has ended.
  uint64_t doubts = 0;       // Sessions that ended because an append's fate was unknown.
  uint64_t gaps = 0;         // How often records of others were read between our own.
  KafkaLatency append_latency;
  KafkaVoids voids_met_by_owner;    // By claims, and by sessions that read what others wrote between their own appends.
  KafkaVoids voids_met_by_readers;  // By tails.
};

struct KafkaLogStatistics {
  std::string log;
  // Sums over all partitions.
  uint64_t claims = 0;
  uint64_t claims_lost = 0;
  uint64_t appended = 0;
  uint64_t fenced = 0;
  uint64_t doubts = 0;
  uint64_t gaps = 0;
  std::vector<KafkaPartitionStatistics> partitions;  // All, in their order.
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_STATISTICS_H_
