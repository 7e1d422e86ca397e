// Writes records of other logs into topics as they are, each at the offset that it must get (internal to log_kafka). For copies: an
// owner's appends go through ClaimProducer.
#ifndef SIP_LIBS_LOG_KAFKA_VERBATIM_PRODUCER_H_
#define SIP_LIBS_LOG_KAFKA_VERBATIM_PRODUCER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/record.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

// Not thread-safe.
class VerbatimProducer {
 public:
  static absl::StatusOr<std::unique_ptr<VerbatimProducer>> Open(const KafkaLogOptions& options);
  ~VerbatimProducer();
  VerbatimProducer(const VerbatimProducer&) = delete;
  VerbatimProducer& operator=(const VerbatimProducer&) = delete;

  // The partition's next record, which must come to lie at `offset`. Waits while the queue is full. What is wrong is also told by a
  // later call: UNAVAILABLE if the brokers take nothing; FAILED_PRECONDITION if a record came to lie elsewhere, since somebody else
  // writes to the partition.
  absl::Status Send(const std::string& topic, uint32_t partition, uint64_t offset, const RecordView& record);
  // Everything that was sent is durable, and lies where it must.
  absl::Status Flush();

 private:
  explicit VerbatimProducer(const KafkaLogOptions& options) : patience_(options.append_timeout) {}
  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  absl::StatusOr<rd_kafka_topic_t*> TopicOf(const std::string& topic);
  // Takes reports for a moment; not OK if there were none for too long, or one was bad.
  absl::Status Serve(absl::Duration wait);

  const absl::Duration patience_;
  KafkaPtr<rd_kafka_t> client_;
  std::map<std::string, KafkaPtr<rd_kafka_topic_t>> topics_;
  std::string frame_;
  uint64_t unreported_ = 0;
  absl::Duration last_report_;  // Or when the first record after all were reported was sent.
  absl::Status failed_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_VERBATIM_PRODUCER_H_
