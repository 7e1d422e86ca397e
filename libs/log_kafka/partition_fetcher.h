// Reads records of some partitions of one topic from given offsets on, in the order in which they lie there, and sees to it that
// none is missing (internal to log_kafka). Folds nothing.
#ifndef SIP_LIBS_LOG_KAFKA_PARTITION_FETCHER_H_
#define SIP_LIBS_LOG_KAFKA_PARTITION_FETCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/record.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

// "topic sip.plans, partition 3", for errors; of many partitions the first few.
std::string PlaceOf(absl::string_view topic, const std::vector<uint32_t>& partitions);

// Not thread-safe, except Wake.
class PartitionFetcher {
 public:
  struct Start {
    uint32_t partition = 0;
    uint64_t offset = 0;
  };
  struct Fetched {
    uint32_t partition = 0;
    uint64_t offset = 0;
    // Nothing lies at `offset` now, and everything before has been given.
    bool at_end = false;
    absl::string_view frame;  // Lives as long as `message`.
    KafkaPtr<rd_kafka_message_t> message;
  };

  // All settings of its client.
  static absl::StatusOr<KafkaSettings> Settings(const KafkaLogOptions& options);
  static absl::StatusOr<std::unique_ptr<PartitionFetcher>> Open(const KafkaLogOptions& options, const std::string& topic,
                                                                const std::vector<Start>& starts);
  ~PartitionFetcher();
  PartitionFetcher(const PartitionFetcher&) = delete;
  PartitionFetcher& operator=(const PartitionFetcher&) = delete;

  // Absent if there is nothing within `wait`, or after Wake. Brokers that cannot be reached look like that too: the client goes on
  // trying. DATA_LOSS if offsets are missing, or there is no such offset (any more); NOT_FOUND if the topic is gone;
  // PERMISSION_DENIED.
  absl::StatusOr<std::optional<Fetched>> Next(absl::Duration wait);
  // Whether everything has been given that lay in the partition when a broker answered last. False before the first answer.
  bool IsAtKnownEnd(uint32_t partition) const;
  // From any thread: a Next that waits returns.
  void Wake();

  // The record that was fetched. DATA_LOSS if it is none.
  absl::StatusOr<RecordView> Decode(const Fetched& fetched) const;
  // `status`, which a record gave when it was decoded or folded, with the record's place in front, and what to do.
  absl::Status Explain(const Fetched& fetched, const absl::Status& status) const;
  // Where a partition begins and ends now, as its leader says, which may be one that does not know yet that another was elected.
  // UNAVAILABLE while a new one does not know.
  struct Bounds {
    uint64_t begin = 0;
    uint64_t end = 0;
  };
  absl::StatusOr<Bounds> QueryBounds(uint32_t partition, absl::Duration timeout) const;
  // DATA_LOSS if `offset` lies before the begin, or behind the end and that remains so for longer than a leader can be mistaken.
  absl::Status CheckReaches(uint32_t partition, uint64_t offset) const;

 private:
  PartitionFetcher(const KafkaLogOptions& options, std::string topic, KafkaPtr<rd_kafka_t> client);
  absl::Status Assign();
  absl::StatusOr<std::optional<Fetched>> Take(KafkaPtr<rd_kafka_message_t> message);
  absl::Status Missing(uint32_t partition, uint64_t expected, int64_t found) const;
  std::string Name(uint32_t partition) const;
  // All partitions that it reads.
  std::string NameAll() const;
  // Makes the client look whether its queue has room, once enough has been taken from it.
  void RefillIfDue();

  const std::string topic_;
  const absl::Duration request_timeout_;
  const size_t refill_bytes_;
  const KafkaPtr<rd_kafka_t> client_;
  const KafkaPtr<rd_kafka_queue_t> queue_;
  std::map<uint32_t, uint64_t> expected_;  // Partition → next offset.
  size_t taken_bytes_ = 0;                 // Since the last refill.
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_PARTITION_FETCHER_H_
