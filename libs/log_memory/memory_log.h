// Event logs in memory, for tests and simulation: the whole contract of event_log.h, and on request everything that can go wrong
// with a real log. Deterministic: the same seed and the same calls give the same records, faults and order.
//
//   MemoryLogStore store({.logs = {{"sip.plans", 16}}, .seed = 7});
//   EventLog* plans = store.log("sip.plans");
//   store.set_faults({.lose_ack = 0.1});
//
// Delivery: by default an append lands in the log, and its callback runs, within Append. With `manual`, appends stay on the way
// until Pump brings them in; between two sessions in the order that the seed gives, within a session in the order of the appends.
// The store holds the records, so it outlives any number of "processes" (Crash).
#ifndef SIP_LIBS_LOG_MEMORY_MEMORY_LOG_H_
#define SIP_LIBS_LOG_MEMORY_MEMORY_LOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// How probable each fault is, from 0 to 1, drawn for each append or claim.
struct MemoryLogFaults {
  double lose_ack = 0;        // The record is durable, but kUnknown is reported.
  double lose_record = 0;     // The record is gone, and kUnknown is reported.
  double delay_record = 0;    // kUnknown is reported, and the record reaches the log later, before or after the next claim.
  double copy_late = 0;       // Some earlier record of the partition comes again behind this one.
  double lose_race = 0;       // A rival's claim lands just before a claim: ABORTED.
  double lose_claim_ack = 0;  // The claim is in the log, but Claim gives UNAVAILABLE.
  double refuse = 0;          // The append is refused with RESOURCE_EXHAUSTED.
  double not_safe = 0;        // The append is refused with REASON_LOG_NOT_SAFE.
  double outlive = 0;         // An append on the way whose session is destroyed reaches the log later, as a delayed one.
  double lose_reader = 0;     // A tail's read gives UNAVAILABLE, and so do all later ones of that tail.
  double claim_behind = 0;    // Appends on the way land between what a claimant has read and its claim.
};

struct MemoryLogOptions {
  struct Log {
    std::string name;
    uint32_t partition_count = 1;
  };
  std::vector<Log> logs;
  uint64_t seed = 1;
  // Appends wait for Pump.
  bool manual = false;
  // What EventLog::OthersCanOwn says.
  bool others_can_own = false;
  // An append beyond this many on the way in one session is refused with RESOURCE_EXHAUSTED.
  size_t queue_records = 100'000;
};

// Thread-safe. Sessions and tails must be destroyed before it.
class MemoryLogStore {
 public:
  explicit MemoryLogStore(MemoryLogOptions options);
  ~MemoryLogStore();
  MemoryLogStore(const MemoryLogStore&) = delete;
  MemoryLogStore& operator=(const MemoryLogStore&) = delete;

  // Null if no log has that name. Lives as long as the store.
  EventLog* log(absl::string_view name);

  // From now on. Deterministic for the same sequence of calls.
  void set_faults(const MemoryLogFaults& faults);

  // Brings in at most `count` appends that are on the way. Returns how many it brought.
  size_t Pump(size_t count = SIZE_MAX);
  // Appends that are on the way.
  size_t on_the_way() const;
  // Brings in at most `count` delayed records. Returns how many it brought.
  size_t LandDelayed(size_t count = SIZE_MAX);

  // The process ends: of each session's appends on the way, the first few (by the seed) reach the log, the rest never do. Sessions
  // are over and report nothing but kUnknown, when they are destroyed; waiting reads end with CANCELLED.
  void Crash();

  // Everything that lies in a partition from that record on, void records too.
  std::vector<Record> Records(absl::string_view log, uint32_t partition, size_t from = 0) const;
  // Puts any record at the end, whoever it is from.
  void Inject(absl::string_view log, uint32_t partition, Record record);
  // Takes the last `count` records away, as a disk does that lied. Sessions of the partition are over.
  void Truncate(absl::string_view log, uint32_t partition, size_t count);

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_MEMORY_MEMORY_LOG_H_
