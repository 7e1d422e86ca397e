// One topic as an EventLog (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_LOG_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_LOG_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/log_kafka/kafka_counters.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/log_kafka/kafka_session.h"

namespace sip {

// Thread-safe.
class KafkaLog final : public EventLog {
 public:
  // `options` outlives it. `may_claim`: asked before each claim.
  KafkaLog(const KafkaLogOptions& options, LogIdentity identity, std::function<absl::Status()> may_claim);

  const LogIdentity& identity() const override { return identity_; }
  absl::StatusOr<std::unique_ptr<LogSession>> Claim(uint32_t partition, const ReaderCheckpoint& from, const ClaimantInfo& claimant,
                                                    const std::function<absl::Status(ValidRecordPtr)>& deliver) override;
  absl::StatusOr<std::unique_ptr<LogTail>> Tail(std::vector<TailStart> starts) override;
  void End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) override;
  std::optional<std::string> LastOwner(uint32_t partition) const override;
  bool OthersCanOwn() const override { return true; }

  const std::string& topic() const { return topic_; }
  // Sessions that live, by partition.
  std::map<uint32_t, std::shared_ptr<KafkaSessionCore>> Sessions() const;
  // Readers compare what they have read with the log again.
  void CompareAgain() { ++comparison_; }
  uint64_t comparison() const { return comparison_; }
  // DATA_LOSS unless the records that the checkpoints have folded last lie where they did; UNAVAILABLE if that cannot be told now.
  absl::Status CheckHeads(const std::vector<ReaderCheckpoint>& checkpoints) const;
  // What brokers said of where a partition ends: all that was appended until `asked` lies before `offset`.
  struct KnownEnd {
    uint64_t offset = 0;
    absl::Time asked = absl::InfinitePast();
  };
  void NoteEnd(uint32_t partition, const KnownEnd& end);
  // Adds to `batch` which of the partitions that were read up to these cursors had ended there.
  void AddEnded(const std::map<uint32_t, PartitionReader>& readers, TailBatch& batch) const;
  // A claim that won lies at `offset`.
  void NoteOwner(uint32_t partition, uint64_t offset, std::string endpoint) const;
  KafkaPartitionCounters& counters(uint32_t partition) const { return counters_.at(partition); }
  KafkaLogStatistics statistics() const;

 private:
  absl::Status CheckPartition(uint32_t partition) const;
  absl::Status ReadGap(uint32_t partition, uint64_t from, uint64_t to,
                       const std::function<absl::Status(const RecordView&)>& visit) const;

  const KafkaLogOptions& options_;
  const LogIdentity identity_;
  const std::string topic_;
  const std::function<absl::Status()> may_claim_;
  mutable std::vector<KafkaPartitionCounters> counters_;  // By partition; never more or fewer.
  std::atomic<uint64_t> comparison_{0};
  mutable Mutex mutex_;
  mutable std::map<uint32_t, std::weak_ptr<KafkaSessionCore>> sessions_ ABSL_GUARDED_BY(mutex_);
  struct Owner {
    uint64_t offset = 0;  // Of its claim.
    std::string endpoint;
  };
  mutable std::map<uint32_t, Owner> owners_ ABSL_GUARDED_BY(mutex_);  // By partition.
  std::map<uint32_t, KnownEnd> ends_ ABSL_GUARDED_BY(mutex_);         // By partition.
};

// Where reading goes on from a checkpoint: behind the last record of which is known that it still lies there, so that what came
// after it may lie elsewhere in a copy of the log. Records that were folded already are void.
ReaderCheckpoint ResumeAt(const ReaderCheckpoint& checkpoint);

// Who a log is, from the Genesis records of all its partitions. NOT_FOUND if the topic is not there, FAILED_PRECONDITION if it is
// empty or its partitions do not belong together, DATA_LOSS if they begin with something else.
absl::StatusOr<LogIdentity> ReadIdentity(const KafkaLogOptions& options, const std::string& log, uint32_t partitions);

// The same where partitions may be empty: `log_id` is empty if all are.
absl::StatusOr<LogIdentity> ReadHeldIdentity(const KafkaLogOptions& options, const std::string& log, uint32_t partitions);

// Makes the topic of a log unless it is there, and waits until it has leaders. FAILED_PRECONDITION, with what to change, if it is
// not safe or has another number of partitions.
absl::Status EnsureTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewKafkaLog& log);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_LOG_H_
