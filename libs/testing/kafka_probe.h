// What strangers and operators do to a cluster behind a log's back, for tests: raw records, settings, topics, and plain consumers.
#ifndef SIP_LIBS_TESTING_KAFKA_PROBE_H_
#define SIP_LIBS_TESTING_KAFKA_PROBE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/log_kafka/kafka_connection.h"

namespace sip {

// A stranger who writes: transactional if `transaction` is not empty. Not thread-safe.
class StrangeProducer {
 public:
  explicit StrangeProducer(const std::string& brokers, const std::string& transaction = "");
  absl::Status Begin();
  absl::Status Commit();
  // Returns when the broker has answered. `timestamp`: in milliseconds; 0: now.
  absl::Status Produce(const std::string& topic, uint32_t partition, absl::string_view bytes, int64_t timestamp = 0,
                       absl::string_view key = {});

 private:
  KafkaPtr<rd_kafka_t> client_;
};

// A consumer as others have it: `settings` over librdkafka's defaults. Not thread-safe.
class PlainConsumer {
 public:
  PlainConsumer(const std::string& brokers, const std::string& topic, uint32_t partition, uint64_t offset,
                const KafkaSettings& settings);
  // The offsets of the records up to the first end or error that it meets.
  struct Seen {
    std::vector<int64_t> offsets;
    std::vector<std::string> frames;
    int64_t end = -1;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  Seen ReadToEnd();

 private:
  KafkaPtr<rd_kafka_t> client_;
};

// What an operator does. Each returns when the cluster has said that it is done. Not thread-safe.
class KafkaOperator {
 public:
  explicit KafkaOperator(const std::string& brokers);
  absl::Status CreateTopic(const std::string& topic, int partitions, int replicas,
                           const std::map<std::string, std::string>& settings);
  absl::Status DeleteTopic(const std::string& topic);
  absl::Status AddPartitions(const std::string& topic, size_t partitions);
  // Removes all records before `offset`.
  absl::Status DeleteRecords(const std::string& topic, uint32_t partition, int64_t offset);
  // These settings and no others.
  absl::Status SetTopic(const std::string& topic, const std::map<std::string, std::string>& settings);
  // Index of the broker (see KafkaCluster) that leads a partition now; -1: none.
  absl::StatusOr<int> Leader(const std::string& topic, uint32_t partition);
  // The offset of the first record that is left.
  absl::StatusOr<int64_t> Begin(const std::string& topic, uint32_t partition);

 private:
  KafkaPtr<rd_kafka_t> client_;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_KAFKA_PROBE_H_
