#include "tests/cluster/service_cluster.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/config/secret_file.h"
#include "libs/domain/stored_logs.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/testing/free_ports.h"

namespace sip {
namespace {

struct Service {
  const char* folder;
  const char* process;
};
constexpr Service kServices[] = {{"plans", "sip-plans"},
                                 {"consent", "sip-consent"},
                                 {"meetings", "sip-meetings"},
                                 {"deviations", "sip-deviations"},
                                 {"views", "sip-views"}};

absl::StatusOr<std::string> ServicesFolder(const ServiceClusterOptions& options) {
  if (!options.services.empty()) return options.services;
  const char* const folder = std::getenv("SIP_SERVICES");
  if (folder == nullptr) {
    return absl::FailedPreconditionError("the environment does not say in SIP_SERVICES where the services are");
  }
  return std::string(folder);
}

}  // namespace

std::string ProcessOf(const std::string& service) {
  if (absl::StartsWith(service, "sip.views.") || absl::StartsWith(service, "sip.history.")) return "sip-views";
  for (const char* own : {"consent", "meetings", "deviations"}) {
    if (absl::StartsWith(service, absl::StrCat("sip.", own, "."))) return absl::StrCat("sip-", own);
  }
  return "sip-plans";
}

absl::StatusOr<std::unique_ptr<ServiceCluster>> ServiceCluster::Start(const ServiceClusterOptions& options) {
  std::unique_ptr<ServiceCluster> cluster(new ServiceCluster());
  std::string pattern = (std::filesystem::temp_directory_path() / "sip-cluster-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return absl::UnavailableError(absl::StrCat("cannot make a folder like ", pattern));
  cluster->folder_ = pattern;
  SIP_RETURN_IF_ERROR(cluster->MakeLogs(options));
  cluster->secret_file_ = options.secret_file.empty() ? pattern + "/installation.key" : options.secret_file;
  SIP_RETURN_IF_ERROR(LoadOrCreateSecret(cluster->secret_file_).status());
  SIP_RETURN_IF_ERROR(cluster->MakeInstances(options));
  for (const ServiceInstance& instance : cluster->instances_) SIP_RETURN_IF_ERROR(instance.server->Begin());
  for (const ServiceInstance& instance : cluster->instances_) {
    const absl::Status serving = instance.server->AwaitServing();
    if (!serving.ok()) return absl::Status(serving.code(), absl::StrCat(instance.name, ": ", serving.message()));
  }
  return cluster;
}

absl::Status ServiceCluster::MakeLogs(const ServiceClusterOptions& options) {
  // Instances that are killed are missed soon.
  std::vector<std::string> settings = {"group.min.session.timeout.ms=1000"};
  settings.insert(settings.end(), options.broker_settings.begin(), options.broker_settings.end());
  SIP_ASSIGN_OR_RETURN(brokers_, KafkaCluster::Start({options.brokers, settings}));
  log_options_.connection.brokers = brokers_->bootstrap();
  log_options_.replicas = options.brokers;
  log_options_.replicas_in_sync = options.brokers > 2 ? 2 : 1;
  std::vector<NewKafkaLog> logs;
  for (const StoredLog& log : StoredLogs()) {
    logs.push_back({log.name, log.shared ? 1 : options.partitions});
    log_options_.logs.push_back(log.name);
  }
  return InitKafkaLogs(log_options_, logs, RandomBytes(16));
}

absl::Status ServiceCluster::MakeInstances(const ServiceClusterOptions& options) {
  SIP_ASSIGN_OR_RETURN(const std::string services, ServicesFolder(options));
  const auto count = std::size(kServices) * static_cast<size_t>(options.instances);
  SIP_ASSIGN_OR_RETURN(const std::vector<int> ports, FreePorts(count));
  std::vector<std::string> nodes;
  for (const Service& service : kServices) {
    for (int i = 1; i <= options.instances; ++i) {
      ServiceInstance instance{service.process, absl::StrCat(service.folder, "-", i), nullptr};
      nodes.push_back(absl::StrCat(instance.process, "/", instance.name, "=127.0.0.1:", ports[nodes.size()]));
      instances_.push_back(std::move(instance));
    }
  }
  for (ServiceInstance& instance : instances_) {
    const std::string service = instance.process.substr(std::string("sip-").size());
    SipdOptions server;
    server.binary = absl::StrCat(services, "/", service, "/", instance.process);
    server.folder = absl::StrCat(folder_, "/", instance.name);
    server.flags = FlagsOf(options, instance.name, absl::StrJoin(nodes, ","));
    server.start_timeout = absl::Seconds(90);
    SIP_ASSIGN_OR_RETURN(instance.server, SipdProcess::Create(server));
  }
  return absl::OkStatus();
}

std::vector<std::string> ServiceCluster::FlagsOf(const ServiceClusterOptions& options, const std::string& name,
                                                 const std::string& nodes) const {
  std::vector<std::string> flags = {"--node-name",
                                    name,
                                    "--secret-file",
                                    secret_file_,
                                    "--kafka-brokers",
                                    brokers_->bootstrap(),
                                    "--kafka-protocol",
                                    "plaintext",
                                    "--kafka-replicas",
                                    absl::StrCat(log_options_.replicas),
                                    "--kafka-replicas-in-sync",
                                    absl::StrCat(log_options_.replicas_in_sync),
                                    "--cluster-nodes",
                                    nodes,
                                    "--cluster-session-timeout",
                                    "2s"};
  flags.insert(flags.end(), options.flags.begin(), options.flags.end());
  return flags;
}

ServiceCluster::~ServiceCluster() {
  instances_.clear();
  brokers_.reset();
  std::error_code ignored;
  if (remove_folder_) std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> ServiceCluster::AddressesOf(const std::string& service) const {
  const std::string process = ProcessOf(service);
  std::vector<std::string> addresses;
  for (const ServiceInstance& instance : instances_) {
    if (instance.process == process && instance.server->running()) addresses.push_back(instance.server->address());
  }
  return addresses;
}

std::string ServiceCluster::AnyAddressOf(const std::string& service) {
  const std::vector<std::string> addresses = AddressesOf(service);
  return addresses.empty() ? "" : addresses[random_() % addresses.size()];
}

void ServiceCluster::KeepFolder() {
  remove_folder_ = false;
  brokers_->KeepFolder();
}

}  // namespace sip
