// Real Kafka brokers for tests: on free ports of the loopback, with a folder of their own. They are killed with the test, however
// it ends; the folder, with what they said, stays if the test failed.
#ifndef SIP_LIBS_TESTING_KAFKA_CLUSTER_H_
#define SIP_LIBS_TESTING_KAFKA_CLUSTER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/testing/child_process.h"

namespace sip {

// Not thread-safe. Run in the root of the repository, after `tools/dev setup`.
class KafkaCluster {
 public:
  struct Options {
    int brokers = 1;
    // Further settings and options for all brokers and their Java machines, as tools/kafka/broker has them.
    std::vector<std::string> settings{};
    // Further variables of their environment, NAME=value; {folder} in them stands for the broker's own.
    std::vector<std::string> environment{};
  };

  // Returns when all brokers serve: about 3 s for one, 8 s for three.
  static absl::StatusOr<std::unique_ptr<KafkaCluster>> Start(const Options& options);
  ~KafkaCluster();

  // "127.0.0.1:PORT,…": for clients.
  const std::string& bootstrap() const { return bootstrap_; }
  int size() const { return static_cast<int>(brokers_.size()); }
  // "127.0.0.1:PORT" of one.
  const std::string& address(int broker) const { return at(broker).address; }
  // The id by which Kafka knows it.
  static int IdOf(int broker) { return broker + 1; }
  // What belongs to it.
  const std::string& folder(int broker) const { return at(broker).folder; }
  pid_t pid(int broker) const { return at(broker).process->pid(); }
  // What it has written on its disk.
  std::string data_dir(int broker) const { return at(broker).folder + "/data"; }

  // kill -9.
  void Kill(int broker) { at(broker).process->Kill(); }
  // Orderly: it hands its partitions over first.
  absl::Status Terminate(int broker);
  // The whole process stands still, until Thaw.
  void Freeze(int broker);
  void Thaw(int broker);
  // Starts it again, on its folder and ports. Restart waits until it serves, Begin does not.
  absl::Status Begin(int broker);
  absl::Status Restart(int broker);

  // The folder stays.
  void KeepFolder() { remove_folder_ = false; }

 private:
  struct Broker {
    std::string address;
    std::string folder;
    std::unique_ptr<ChildProcess> process;
    size_t output_before = 0;  // How much it had printed when it was started last.
  };
  KafkaCluster() = default;
  const Broker& at(int broker) const { return brokers_.at(static_cast<size_t>(broker)); }
  Broker& at(int broker) { return brokers_.at(static_cast<size_t>(broker)); }
  absl::Status AwaitServing(Broker& broker) const;

  std::string folder_;
  std::string bootstrap_;
  std::vector<Broker> brokers_;
  bool remove_folder_ = true;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_KAFKA_CLUSTER_H_
