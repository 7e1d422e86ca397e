// The real sipd, or one of the services, as a process of its own, on free ports of the loopback and a folder of its own.
#ifndef SIP_TESTS_ACCEPTANCE_SIPD_PROCESS_H_
#define SIP_TESTS_ACCEPTANCE_SIPD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"
#include "libs/testing/child_process.h"

namespace sip {

struct SipdOptions {
  // The binary; empty: SIP_SIPD of the environment.
  std::string binary{};
  // Where data and output go; made if absent. Empty: a new folder below the system's temporary one, which is removed with this
  // object unless KeepFolder was called.
  std::string folder{};
  // Where gRPC is served.
  std::string host = "127.0.0.1";
  // Further flags.
  std::vector<std::string> flags{};
  // Further variables of its environment: "NAME=value".
  std::vector<std::string> environment{};
  // How long it may take until it serves.
  absl::Duration start_timeout = absl::Seconds(30);
  // With these it does not believe who the caller says that he is: `flags` name its certificates, and we show ours when we ask
  // whether it serves. Null: --development-identity.
  std::shared_ptr<grpc::ChannelCredentials> credentials{};
};

// Not thread-safe. Run in the root of the repository, where sipd finds rules and agencies.
class SipdProcess {
 public:
  // Not running yet.
  static absl::StatusOr<std::unique_ptr<SipdProcess>> Create(const SipdOptions& options);
  // Kills what runs.
  ~SipdProcess();
  SipdProcess(const SipdProcess&) = delete;
  SipdProcess& operator=(const SipdProcess&) = delete;

  // Starts it, again on the same ports and folder, and waits until it serves. UNAVAILABLE, with the end of its output, if it ends
  // or does not serve in time.
  absl::Status Start();
  // The two halves of Start: for servers that are started together.
  absl::Status Begin() { return process_.Start(); }
  absl::Status AwaitServing();
  // Starts it and waits until it has ended by itself; its exit code.
  absl::StatusOr<int> RunToEnd();
  // Waits until what runs has ended by itself; its exit code. DEADLINE_EXCEEDED, and kill -9, if that takes too long.
  absl::StatusOr<int> AwaitEnd(absl::Duration timeout = absl::Seconds(60));
  // kill -9, and waits for the end. Nothing happens if it does not run.
  void Kill() { process_.Kill(); }
  // SIGTERM, and waits until it has drained and ended; its exit code. DEADLINE_EXCEEDED, and kill -9, if that takes too long.
  absl::StatusOr<int> Terminate(absl::Duration timeout = absl::Seconds(60));

  bool running() const { return process_.running(); }
  pid_t pid() const { return process_.pid(); }
  // Nothing happens if it does not run.
  void Signal(int number) { process_.Signal(number); }
  // "127.0.0.1:PORT" for gRPC, and for /metrics.
  const std::string& address() const { return address_; }
  const std::string& http_address() const { return http_address_; }
  std::string data_dir() const;
  // The folder that holds data and output.
  const std::string& folder() const { return options_.folder; }
  // All that it has printed since it was created, both streams.
  std::string output() const { return process_.output(); }
  // The folder stays, for whoever wants to know why a test failed.
  void KeepFolder() { remove_folder_ = false; }

 private:
  SipdProcess(SipdOptions options, std::string address, std::string http_address, bool remove_folder);
  absl::StatusOr<int> AwaitEndOr(absl::Duration timeout, absl::string_view otherwise);

  SipdOptions options_;
  const std::string address_;
  const std::string http_address_;
  bool remove_folder_;
  ChildProcess process_;
};

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_SIPD_PROCESS_H_
