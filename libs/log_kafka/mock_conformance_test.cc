// The conformance suite over librdkafka's mock: an adversary that loses and fences nothing, but is quick and needs no broker.
#include "libs/log_kafka/mock_cluster.h"
#include "libs/testing/kafka_backend.h"
#include "libs/testing/log_conformance.h"

namespace sip {
namespace {

// One mock for each log: it keeps little.
class MockBackend : public LogBackend {
 public:
  MockBackend() {
    KafkaLogOptions options = KafkaTestOptions(cluster_.brokers(), 1);
    options.assert_settings = false;
    cluster_.MakeTopic(options.TopicOf("sip.other"), 1);
    cluster_.MakeTopic(options.TopicOf(kLogName), kPartitions);
    backend_ = std::make_unique<KafkaBackend>(std::move(options), /*make_topics=*/false);
  }
  EventLog& log() override { return backend_->log(); }
  void Restart() override { backend_->Restart(); }
  void SetFull(bool full) override { backend_->SetFull(full); }

 private:
  KafkaMockCluster cluster_;
  std::unique_ptr<KafkaBackend> backend_;
};

SIP_LOG_CONFORMANCE(KafkaMock, [] { return std::make_unique<MockBackend>(); });

}  // namespace
}  // namespace sip
