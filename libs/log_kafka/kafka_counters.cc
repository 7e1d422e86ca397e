#include "libs/log_kafka/kafka_counters.h"

#include <algorithm>

#include "libs/telemetry/metrics.h"

namespace sip {
namespace {

void Increment(std::atomic<uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

uint64_t Get(const std::atomic<uint64_t>& counter) { return counter.load(std::memory_order_relaxed); }

}  // namespace

void VoidCounters::Note(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGenesis:
    case Verdict::kClaim:
    case Verdict::kValid:
      return;
    case Verdict::kVoidCopy:
      return Increment(copies_);
    case Verdict::kVoidLostRace:
      return Increment(lost_races_);
    case Verdict::kVoidStale:
      return Increment(stale_);
    case Verdict::kVoidHole:
      return Increment(holes_);
  }
}

KafkaVoids VoidCounters::Read() const { return {Get(copies_), Get(lost_races_), Get(stale_), Get(holes_)}; }

void LatencyCounters::Note(absl::Duration latency) {
  const std::vector<double>& bounds = LatencyBounds();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), absl::ToDoubleSeconds(latency)) - bounds.begin();
  Increment(buckets_.at(static_cast<size_t>(bucket)));
  nanoseconds_.fetch_add(absl::ToInt64Nanoseconds(latency), std::memory_order_relaxed);
}

KafkaLatency LatencyCounters::Read() const {
  KafkaLatency latency;
  for (size_t i = 0; i < buckets_.size(); ++i) latency.buckets[i] = Get(buckets_[i]);
  latency.sum = absl::Nanoseconds(nanoseconds_.load(std::memory_order_relaxed));
  return latency;
}

KafkaPartitionStatistics KafkaPartitionCounters::Read(uint32_t partition) const {
  KafkaPartitionStatistics statistics;
  statistics.partition = partition;
  statistics.claims = Get(claims);
  statistics.claims_lost = Get(claims_lost);
  statistics.fenced = Get(fenced);
  statistics.doubts = Get(doubts);
  statistics.gaps = Get(gaps);
  statistics.append_latency = appends.Read();
  statistics.appended = statistics.append_latency.count();
  statistics.voids_met_by_owner = voids_met_by_owner.Read();
  statistics.voids_met_by_readers = voids_met_by_readers.Read();
  return statistics;
}

}  // namespace sip
