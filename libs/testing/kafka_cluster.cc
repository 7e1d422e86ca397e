#include "libs/testing/kafka_cluster.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/testing/free_ports.h"

namespace sip {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(60);
constexpr absl::Duration kProbe = absl::Milliseconds(50);

absl::StatusOr<std::string> NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sip-kafka-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return absl::UnavailableError(absl::StrCat("cannot make a folder like ", pattern));
  return pattern;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaCluster>> KafkaCluster::Start(const Options& options) {
  std::unique_ptr<KafkaCluster> cluster(new KafkaCluster());
  SIP_ASSIGN_OR_RETURN(cluster->folder_, NewFolder());
  SIP_ASSIGN_OR_RETURN(const std::vector<int> ports, FreePorts(2 * static_cast<size_t>(options.brokers)));
  std::vector<std::string> addresses;
  std::vector<std::string> voters;
  for (int i = 0; i < options.brokers; ++i) {
    addresses.push_back(absl::StrCat("127.0.0.1:", ports[2 * static_cast<size_t>(i)]));
    voters.push_back(absl::StrCat(IdOf(i), "@127.0.0.1:", ports[2 * static_cast<size_t>(i) + 1]));
  }
  cluster->bootstrap_ = absl::StrJoin(addresses, ",");
  const std::string id = absl::WebSafeBase64Escape(RandomBytes(16));
  for (int i = 0; i < options.brokers; ++i) {
    Broker broker;
    broker.address = addresses[static_cast<size_t>(i)];
    broker.folder = absl::StrCat(cluster->folder_, "/", IdOf(i));
    std::filesystem::create_directories(broker.folder);
    std::vector<std::string> words = {
        "tools/kafka/broker",      broker.folder, absl::StrCat(IdOf(i)), absl::StrCat(ports[2 * static_cast<size_t>(i)]), id,
        absl::StrJoin(voters, ",")};
    words.insert(words.end(), options.settings.begin(), options.settings.end());
    std::vector<std::string> environment;
    for (const std::string& variable : options.environment) {
      environment.push_back(absl::StrReplaceAll(variable, {{"{folder}", broker.folder}}));
    }
    broker.process = std::make_unique<ChildProcess>(
        ChildProcess::Command{std::move(words), absl::StrCat(broker.folder, "/output"), {}, std::move(environment)});
    cluster->brokers_.push_back(std::move(broker));
  }
  for (int i = 0; i < options.brokers; ++i) SIP_RETURN_IF_ERROR(cluster->Begin(i));
  for (Broker& broker : cluster->brokers_) SIP_RETURN_IF_ERROR(cluster->AwaitServing(broker));
  return cluster;
}

KafkaCluster::~KafkaCluster() {
  for (Broker& broker : brokers_) broker.process->Kill();
  if (!remove_folder_ || testing::UnitTest::GetInstance()->Failed()) {
    std::fprintf(stderr, "the brokers' folder stays: %s\n", folder_.c_str());
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::Status KafkaCluster::Begin(int broker) {
  at(broker).output_before = at(broker).process->output().size();
  return at(broker).process->Start();
}

absl::Status KafkaCluster::Restart(int broker) {
  SIP_RETURN_IF_ERROR(Begin(broker));
  return AwaitServing(at(broker));
}

absl::Status KafkaCluster::AwaitServing(Broker& broker) const {
  const absl::Time deadline = SystemClock().Now() + kStartTimeout;
  while (SystemClock().Now() < deadline) {
    if (broker.process->output().find("Kafka Server started", broker.output_before) != std::string::npos) return absl::OkStatus();
    if (const std::optional<int> ended = broker.process->AwaitEnd(kProbe)) {
      return broker.process->Failed(absl::StrCat("ended with ", *ended));
    }
  }
  return broker.process->Failed("does not serve");
}

absl::Status KafkaCluster::Terminate(int broker) {
  at(broker).process->Signal(SIGTERM);
  if (at(broker).process->AwaitEnd(kStartTimeout).has_value()) return absl::OkStatus();
  return at(broker).process->Failed("does not end after SIGTERM");
}

void KafkaCluster::Freeze(int broker) { at(broker).process->Signal(SIGSTOP); }
void KafkaCluster::Thaw(int broker) { at(broker).process->Signal(SIGCONT); }

}  // namespace sip
