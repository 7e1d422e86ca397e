// The conformance suite over librdkafka's mock: an adversary that loses and fences nothing, but is quick and needs no broker.
// clang-format off: the second needs the first.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include "libs/log_kafka/kafka_connection.h"
#include "libs/testing/kafka_backend.h"
#include "libs/testing/log_conformance.h"

namespace sip {
namespace {

struct MockDeleter {
  void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
};

// One mock for each log: it keeps little.
class MockBackend : public LogBackend {
 public:
  MockBackend()
      : client_(*NewKafkaClient(RD_KAFKA_PRODUCER, {{"client.id", "mock"}})), mock_(rd_kafka_mock_cluster_new(client_.get(), 1)) {
    KafkaLogOptions options = KafkaTestOptions(rd_kafka_mock_cluster_bootstraps(mock_.get()), 1);
    options.assert_settings = false;
    rd_kafka_mock_topic_create(mock_.get(), options.TopicOf("sip.other").c_str(), 1, 1);
    rd_kafka_mock_topic_create(mock_.get(), options.TopicOf(kLogName).c_str(), kPartitions, 1);
    backend_ = std::make_unique<KafkaBackend>(std::move(options), /*make_topics=*/false);
  }
  EventLog& log() override { return backend_->log(); }
  void Restart() override { backend_->Restart(); }
  void SetFull(bool full) override { backend_->SetFull(full); }

 private:
  KafkaPtr<rd_kafka_t> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, MockDeleter> mock_;
  std::unique_ptr<KafkaBackend> backend_;
};

SIP_LOG_CONFORMANCE(KafkaMock, [] { return std::make_unique<MockBackend>(); });

}  // namespace
}  // namespace sip
