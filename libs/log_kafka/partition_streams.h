// The records of each partition of some logs as a stream of its own, all through one client (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_PARTITION_STREAMS_H_
#define SIP_LIBS_LOG_KAFKA_PARTITION_STREAMS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/record_source.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

// A client to read and to ask questions; unlike a producer's, its questions never make a topic.
absl::StatusOr<KafkaPtr<rd_kafka_t>> NewReadingClient(const KafkaLogOptions& options, const KafkaSettings& more = {});

// One partition from its first record to where it ended when the stream was made. Not thread-safe.
class PartitionStream : public RecordStream {
 public:
  // DATA_LOSS if offsets are missing; UNAVAILABLE if the brokers do not answer within the request timeout.
  absl::StatusOr<std::optional<RecordView>> Next() override = 0;
  // Where it ends.
  virtual uint64_t end() const = 0;
  // Begins there instead of with the first record. Before Next.
  virtual void BeginAt(uint64_t offset) = 0;
};

// Of all partitions of `logs`, in their order. Each stream holds the client. UNAVAILABLE if the brokers do not answer.
absl::StatusOr<std::vector<std::unique_ptr<PartitionStream>>> OpenPartitionStreams(const KafkaLogOptions& options,
                                                                                   const std::vector<LogIdentity>& logs);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_PARTITION_STREAMS_H_
