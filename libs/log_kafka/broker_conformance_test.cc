// The conformance suite over real brokers, as many as SIP_KAFKA_BROKERS says.
#include <cstdlib>

#include "libs/testing/kafka_backend.h"
#include "libs/testing/kafka_cluster.h"
#include "libs/testing/log_conformance.h"

namespace sip {
namespace {

std::unique_ptr<KafkaCluster>& Cluster() {
  static auto& cluster = *new std::unique_ptr<KafkaCluster>();
  return cluster;
}

class Brokers : public testing::Environment {
 public:
  void SetUp() override {
    auto started = KafkaCluster::Start({.brokers = std::atoi(std::getenv("SIP_KAFKA_BROKERS"))});
    ASSERT_TRUE(started.ok()) << started.status();
    Cluster() = *std::move(started);
  }
  void TearDown() override { Cluster().reset(); }
};

[[maybe_unused]] testing::Environment* const kBrokers = testing::AddGlobalTestEnvironment(new Brokers);

SIP_LOG_CONFORMANCE(KafkaBrokers, [] {
  const int brokers = Cluster()->size();
  return std::make_unique<KafkaBackend>(KafkaTestOptions(Cluster()->bootstrap(), brokers));
});

}  // namespace
}  // namespace sip
