// For tests: librdkafka's mock of a cluster. It loses and fences nothing and keeps little, but is quick and needs no broker.
#ifndef SIP_LIBS_LOG_KAFKA_MOCK_CLUSTER_H_
#define SIP_LIBS_LOG_KAFKA_MOCK_CLUSTER_H_

// clang-format off: the second needs the first.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include <memory>
#include <string>

#include "libs/log_kafka/kafka_connection.h"

namespace sip {

// Not thread-safe; its brokers are.
class KafkaMockCluster {
 public:
  KafkaMockCluster()
      : client_(*NewKafkaClient(RD_KAFKA_PRODUCER, {{"client.id", "mock"}})), mock_(rd_kafka_mock_cluster_new(client_.get(), 1)) {}

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(mock_.get()); }
  void MakeTopic(const std::string& topic, int partitions) {
    rd_kafka_mock_topic_create(mock_.get(), topic.c_str(), partitions, 1);
  }
  void TakeLeaderFrom(const std::string& topic, int32_t partition) {
    constexpr int32_t kNobody = -1;
    rd_kafka_mock_partition_set_leader(mock_.get(), topic.c_str(), partition, kNobody);
  }
  void GiveLeaderTo(const std::string& topic, int32_t partition) {
    constexpr int32_t kTheOnlyBroker = 1;
    rd_kafka_mock_partition_set_leader(mock_.get(), topic.c_str(), partition, kTheOnlyBroker);
  }

 private:
  struct Deleter {
    void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
  };

  KafkaPtr<rd_kafka_t> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Deleter> mock_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_MOCK_CLUSTER_H_
