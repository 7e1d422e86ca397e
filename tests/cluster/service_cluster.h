// The separate services as real processes, several instances of each, on real brokers: what tests and `tools/dev cluster` start.
#ifndef SIP_TESTS_CLUSTER_SERVICE_CLUSTER_H_
#define SIP_TESTS_CLUSTER_SERVICE_CLUSTER_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/testing/kafka_cluster.h"
#include "tests/acceptance/sipd_process.h"

namespace sip {

struct ServiceClusterOptions {
  // The folder with the binaries, as CMake lays them out; empty: SIP_SERVICES of the environment.
  std::string services{};
  int brokers = 3;
  std::vector<std::string> broker_settings{};  // As KafkaCluster::Options has them.
  int instances = 2;                           // Of each service.
  uint32_t partitions = 4;
  // For sipd beside the cluster: the same secret gives the same ids.
  std::string secret_file{};
  std::vector<std::string> flags{};  // For all instances.
};

// One process. Its name is unique: "consent-1".
struct ServiceInstance {
  std::string process;  // "sip-consent"
  std::string name;
  std::unique_ptr<SipdProcess> server;
};

// Not thread-safe. Run in the root of the repository.
class ServiceCluster {
 public:
  // Starts brokers and instances, and waits until all of them serve.
  static absl::StatusOr<std::unique_ptr<ServiceCluster>> Start(const ServiceClusterOptions& options);
  ~ServiceCluster();

  std::vector<ServiceInstance>& instances() { return instances_; }
  KafkaCluster& brokers() { return *brokers_; }
  // For whoever reads or audits the logs beside the services.
  const KafkaLogOptions& log_options() const { return log_options_; }
  const std::string& secret_file() const { return secret_file_; }
  const std::string& folder() const { return folder_; }
  // Addresses of the instances that run and host a gRPC service, by its full name ("sip.cases.v1.CaseService").
  std::vector<std::string> AddressesOf(const std::string& service) const;
  // One of them, another one each time.
  std::string AnyAddressOf(const std::string& service);

  // What instances said and stored stays.
  void KeepFolder();

 private:
  ServiceCluster() = default;
  absl::Status MakeLogs(const ServiceClusterOptions& options);
  absl::Status MakeInstances(const ServiceClusterOptions& options);
  std::vector<std::string> FlagsOf(const ServiceClusterOptions& options, const std::string& name, const std::string& nodes) const;

  std::string folder_;
  bool remove_folder_ = true;
  std::string secret_file_;
  std::unique_ptr<KafkaCluster> brokers_;
  KafkaLogOptions log_options_;
  std::vector<ServiceInstance> instances_;
  std::mt19937 random_{20180301};
};

// The process that hosts a gRPC service.
std::string ProcessOf(const std::string& service);

}  // namespace sip

#endif  // SIP_TESTS_CLUSTER_SERVICE_CLUSTER_H_
